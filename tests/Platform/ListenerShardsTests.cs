using System.Net;
using System.Runtime.Versioning;
using Softlan.Platform;
using Softlan.Platform.Quic.MsQuic;
using Softlan.Platform.Quic.Ngtcp2;
using Xunit;

namespace Softlan.Tests.Platform;

public sealed class ListenerShardsTests
{
    private static readonly TimeSpan Now = TimeSpan.FromDays(100);

    [Fact]
    public void Quota_CountsPerAddressAndInAll()
    {
        LinkQuota quota = new(maxLinks: 3, maxPerAddress: 2);
        Assert.True(quota.TryTake(1, Now));
        Assert.True(quota.TryTake(1, Now));
        Assert.False(quota.TryTake(1, Now));
        Assert.True(quota.TryTake(2, Now));
        Assert.False(quota.TryTake(3, Now));
        quota.Return(1);
        Assert.True(quota.TryTake(1, Now));
        Assert.False(quota.TryTake(1, Now));
    }

    [Fact]
    public void Quota_SaysNo_CountsWhy()
    {
        LinkQuota quota = new(maxLinks: 3, maxPerAddress: 2);
        foreach (ulong address in (ulong[])[1, 1, 1, 2, 3, 3])
        {
            quota.TryTake(address, Now);
        }

        Assert.Equal(new LinkRefusals(Full: 2, AddressFull: 1), quota.Refusals);
        quota.TryTake(1, Now);
        Assert.Equal(new LinkRefusals(Full: 2, AddressFull: 2), quota.Refusals);
    }

    /// <summary>Somebody with a /48, or a /56 of one, has thousands of /64s to come from.</summary>
    [Fact]
    public void Quota_ManyNetworksOfOneLine_HaveFourTimesWhatOneHas()
    {
        LinkQuota quota = new(maxLinks: 1000, maxPerAddress: 2);
        ulong line = Key("2001:db8:1::");
        for (ulong subnet = 0; subnet < 8; subnet++)
        {
            Assert.True(quota.HasFewer(line + subnet, 2, Now));
            Assert.True(quota.TryTake(line + subnet, Now));
        }

        Assert.False(quota.HasFewer(line + 0xffff, 2, Now));
        Assert.False(quota.TryTake(line + 0xffff, Now));
        Assert.True(quota.TryTake(Key("2001:db8:2::"), Now));
        Assert.Equal(new LinkRefusals(Full: 0, AddressFull: 1), quota.Refusals);
        quota.Return(line + 5);
        Assert.True(quota.TryTake(line + 0xffff, Now));
        Assert.False(quota.TryTake(line, Now));
    }

    [Fact]
    public void Quota_IPv4AddressesThatAreNeighbours_AreStrangers()
    {
        LinkQuota quota = new(maxLinks: 1000, maxPerAddress: 1);
        for (int host = 0; host < 256; host++)
        {
            Assert.True(quota.TryTake(Key($"192.0.2.{host}"), Now));
            Assert.True(quota.TryTake(Key($"{host}.0.2.192"), Now) == (host != 192));
        }
    }

    [Theory]
    [InlineData(10, 0, 0, null)]
    [InlineData(64, 0, 0, 1)]
    [InlineData(64, 32, 40, null)]
    [InlineData(100, 60, 49, 2)]
    [InlineData(100, 50, 50, null)]
    public void FindBetter_OnlyWhereItIsMuchBetter(int own, int second, int third, int? better)
    {
        ListenerShards shards = new(3, new LinkQuota(1000, 1000));
        shards.Add(0, own);
        shards.Add(1, second);
        shards.Add(2, third);
        Assert.Equal(better, shards.FindBetter(0));
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(8)]
    [InlineData(32)]
    [SupportedOSPlatform("linux")]
    public unsafe void NewCid_FirstByteNamesTheShard_AndTheRestIsRandom(int shards)
    {
        HashSet<ulong> seen = [];
        for (int i = 0; i < 200; i++)
        {
            int shard = i % shards;
            NativeNgtcp2.Cid cid = Ngtcp2Engine.NewCid(shard, shards);
            Assert.Equal(shard, cid.Data[0] % shards);
            Assert.Equal(shard, Ngtcp2Engine.ShardOf(cid.Data[0], shards));
            seen.Add(CidKey.From(&cid).Short.Value);
        }

        Assert.Equal(200, seen.Count);
    }

    private static ulong Key(string address) => QuicAddress.From(new IPEndPoint(IPAddress.Parse(address), 1)).ClientKey;
}
