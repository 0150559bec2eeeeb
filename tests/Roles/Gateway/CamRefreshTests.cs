using Softlan.Roles.Gateway;
using Softlan.Wire;
using Softlan.Wire.Control;
using Xunit;

namespace Softlan.Tests.Roles.Gateway;

public sealed class CamRefreshTests
{
    [Fact]
    public void Write_IsTheShortestFrameWithNothingInIt()
    {
        byte[] buffer = new byte[100];
        buffer.AsSpan().Fill(0xff);
        Span<byte> frame = CamRefresh.Write(buffer, GatewayBench.Card, GatewayBench.Anna.Mac);

        Assert.Equal(60, frame.Length);
        Assert.True(EthernetFrame.TryParse(frame, out EthernetFrame view));
        Assert.Equal(GatewayBench.Card, view.Destination);
        Assert.Equal(GatewayBench.Anna.Mac, view.Source);
        Assert.Equal(0x88b5, view.EtherType);
        Assert.Equal(-1, view.Payload.IndexOfAnyExcept((byte)0));
        Assert.Equal(0xff, buffer[60]);
    }

    [Fact]
    public void Joining_RefreshesEveryPlayerThatIsThere()
    {
        using GatewayBench bench = new();
        bench.Join(GatewayBench.Anna, GatewayBench.Ben);
        Assert.Equal(
            [GatewayBench.Anna.Mac, GatewayBench.Ben.Mac],
            bench.CamRefreshes.Select(frame => MacAddress.Read(frame.AsSpan(MacAddress.Length))));
    }

    [Fact]
    public void APlayerJoins_IsRefreshedAtOnceThenEveryMinute()
    {
        using GatewayBench bench = new();
        bench.Join();
        bench.Pass(TimeSpan.FromSeconds(30));
        bench.Say(new JoinedMessage(GatewayBench.Anna));
        Assert.Single(bench.CamRefreshes);
        bench.Pass(TimeSpan.FromSeconds(121));
        Assert.Equal(3, bench.CamRefreshes.Count);

        bench.Say(new LeftMessage(GatewayBench.Anna.Id, CloseReason.Normal));
        bench.Pass(TimeSpan.FromSeconds(121));
        Assert.Equal(3, bench.CamRefreshes.Count);
    }

    [Fact]
    public void WhileNotConnected_NothingIsRefreshed()
    {
        using GatewayBench bench = new();
        bench.Join(GatewayBench.Anna);
        bench.Link.Lose();
        bench.Lane.Advance(TimeSpan.FromSeconds(200));
        Assert.Single(bench.CamRefreshes);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void OnABridge_GoesToEverybody(bool bridge)
    {
        using GatewayBench bench = new(bridge);
        bench.Join(GatewayBench.Anna);
        Assert.Equal(bridge ? MacAddress.Broadcast : GatewayBench.Card, MacAddress.Read(Assert.Single(bench.CamRefreshes)));
    }

    /// <summary>It is addressed to this host's MAC, and meant for the switches on the way to it. A player's frame of the same type is not.</summary>
    [Fact]
    public void OnAnInterface_IsForTheWireAlone()
    {
        using GatewayBench bench = new();
        bench.Join(GatewayBench.Anna);
        Assert.Equal(1, bench.Port.FramesWrittenToWire);

        byte[] frame = new byte[CamRefresh.Length];
        bench.Receive(GatewayBench.Anna, CamRefresh.Write(frame, GatewayBench.Card, GatewayBench.Anna.Mac).ToArray());
        Assert.Equal((1, 2), (bench.Port.FramesWrittenToWire, bench.Port.FramesWritten));
    }

    /// <summary>As a relay that means ill to the LAN's switches would.</summary>
    [Fact]
    public void PlayersThatComeAndGoWithoutEnd_TheLanIsToldOfFew_AndOfThePartyAsEver()
    {
        using GatewayBench bench = new();
        bench.Join(GatewayBench.Anna);
        for (int i = 0; i < 1000; i++)
        {
            PeerInfo stranger = Stranger(i);
            bench.Say(new JoinedMessage(stranger));
            bench.Say(new LeftMessage(stranger.Id, CloseReason.Normal));
        }

        Assert.Equal(CamReminders.NewBurst, bench.CamRefreshes.Count);
        for (int i = 0; i < 120; i++)
        {
            bench.Say(new JoinedMessage(Stranger(1000 + i)));
            bench.Pass(TimeSpan.FromSeconds(1));
        }

        Assert.InRange(bench.CamRefreshes.Select(SourceOf).Distinct().Count(), CamReminders.NewBurst, CamReminders.NewBurst + 121);
        Assert.Equal(3, bench.CamRefreshes.Count(frame => SourceOf(frame) == GatewayBench.Anna.Mac));
    }

    [Fact]
    public void APartyOfMany_EachIsRefreshedAfterAFewTurns()
    {
        using GatewayBench bench = new();
        bench.Join();
        const int Many = 2 * CamReminders.NewBurst;
        for (int i = 0; i < Many; i++)
        {
            bench.Say(new JoinedMessage(Stranger(i)));
        }

        Assert.Equal(CamReminders.NewBurst, bench.CamRefreshes.Count);
        bench.Pass(2 * CamRefresh.Interval);
        Assert.Equal(Many, bench.CamRefreshes.Select(SourceOf).Distinct().Count());
        int before = bench.CamRefreshes.Count;
        bench.Pass(CamRefresh.Interval);
        Assert.Equal(before + Many, bench.CamRefreshes.Count);
    }

    /// <summary>The LAN knows the MACs: the relay was away, a player has spoken, a player comes back.</summary>
    [Fact]
    public void PlayersWhomTheLanHasSeen_AreRefreshedHoweverManyAreNew()
    {
        using GatewayBench bench = new();
        bench.Join(GatewayBench.Anna);
        for (int i = 0; i < CamReminders.NewBurst; i++)
        {
            bench.Say(new JoinedMessage(Stranger(i)));
        }

        bench.Say(new JoinedMessage(GatewayBench.Ben));
        Assert.DoesNotContain(bench.CamRefreshes, frame => SourceOf(frame) == GatewayBench.Ben.Mac);
        bench.Receive(GatewayBench.Ben, TestFrames.Plain(MacAddress.Broadcast, GatewayBench.Ben.Mac));
        bench.Say(new LeftMessage(GatewayBench.Ben.Id, CloseReason.Normal));
        bench.Say(new JoinedMessage(GatewayBench.Ben));
        Assert.Single(bench.CamRefreshes, frame => SourceOf(frame) == GatewayBench.Ben.Mac);

        bench.Link.Lose();
        bench.Lane.Advance(TimeSpan.FromSeconds(1));
        int before = bench.CamRefreshes.Count;
        bench.Welcome(GatewayBench.Anna, GatewayBench.Ben, Stranger(0));
        Assert.Equal(before + 3, bench.CamRefreshes.Count);
    }

    [Fact]
    public void WhileALoopStopsBridging_IsLeftOut()
    {
        using GatewayBench bench = new();
        bench.Join(GatewayBench.Anna);
        bench.Pass(TimeSpan.FromSeconds(55));
        bench.Receive(GatewayBench.Anna, TestFrames.Plain(MacAddress.Broadcast, GatewayBench.Anna.Mac));
        for (int i = 0; i < LoopGuard.Threshold; i++)
        {
            bench.Port.Inject(TestFrames.Plain(MacAddress.Broadcast, GatewayBench.Anna.Mac));
        }

        bench.Pass(TimeSpan.FromSeconds(6));
        Assert.Single(bench.CamRefreshes);
        bench.Pass(TimeSpan.FromSeconds(5));
        Assert.Equal(2, bench.CamRefreshes.Count);
    }

    private static PeerInfo Stranger(int number) =>
        new((ushort)(100 + number), PeerRole.Client, MacAddress.FromUInt64(0x06_00_00_00_00_00 + (ulong)number), "stranger");

    private static MacAddress SourceOf(byte[] frame) => MacAddress.Read(frame.AsSpan(MacAddress.Length));
}
