using Softlan.Roles.Gateway;
using Softlan.Wire;
using Xunit;

namespace Softlan.Tests.Roles.Gateway;

public sealed class MulticastWatchTests
{
    private static readonly MacAddress Television = Group(0x01005e4b0101);
    private static readonly MacAddress Box = Group(0x3c0000000004);
    private const int Length = 1358;

    private readonly MulticastWatch _watch = new();
    private readonly List<(MulticastFlood Flood, TimeSpan At)> _told = [];
    private TimeSpan _now = TimeSpan.FromHours(1);

    [Fact]
    public void Note_MoreThanTwoMegabitsForTenSeconds_IsToldOnceWithWhoAndHowMuch()
    {
        TimeSpan begin = _now;
        Send(seconds: 60, (Television, 8_000_000));
        (MulticastFlood flood, TimeSpan at) = Assert.Single(_told);
        Assert.Equal((Television, Box), (flood.Group, flood.Source));
        Assert.InRange(flood.BitsPerSecond, 7_800_000, 8_200_000);
        Assert.InRange((at - begin).TotalSeconds, 10, 11.5);

        Send(seconds: 60, (Printer(1), 1000)); // Switched off,
        Send(seconds: 60, (Television, 8_000_000)); // and on again.
        Assert.Single(_told);
    }

    [Fact]
    public void Note_LessOrShorter_IsNotTold()
    {
        Send(seconds: 60, (Television, 1_800_000));
        for (int i = 0; i < 5; i++)
        {
            Send(seconds: 8, (Television, 20_000_000));
            Send(seconds: 2, (Television, 100_000));
            Send(seconds: 8, (Television, 20_000_000));
            _now += TimeSpan.FromSeconds(3); // Nothing at all.
        }

        Assert.Empty(_told);
    }

    [Fact]
    public void Note_TwoChannelsAmongManySmallGroups_AreBothTold()
    {
        MacAddress another = Group(0x01005e4b0102);
        IEnumerable<(MacAddress, int)> small = Enumerable.Range(1, 100).Select(i => (Printer(i), 15_000));
        Send(seconds: 20, [.. small, (Television, 4_000_000), (another, 3_000_000)]);
        Assert.Equal([Television, another], _told.Select(told => told.Flood.Group).OrderBy(group => group.ToUInt64()));
    }

    [Fact]
    public void Note_AChannelAfterTheOther_IsToldUpToTheBound()
    {
        for (ulong channel = 0; channel < MulticastWatch.MaxGroups + 5; channel++)
        {
            Send(seconds: 15, (Group(0x01005e4b0200 + channel), 5_000_000));
        }

        Assert.Equal(MulticastWatch.MaxGroups, _told.Count);
    }

    [Theory]
    [InlineData(0xffffffffffff, EtherTypes.IPv4, 0)]
    [InlineData(0x01005e0000fb, EtherTypes.IPv4, 0)]
    [InlineData(0x3333000000fb, EtherTypes.IPv6, 0x02)]
    [InlineData(0x3333000000fb, EtherTypes.IPv6, 0x31)]
    public void Note_WhatStaysOnALink_IsNotTold(ulong group, ushort etherType, byte scope)
    {
        Send(seconds: 20, etherType, scope, (Group(group), 8_000_000));
        Assert.Empty(_told);
    }

    [Theory]
    [InlineData(0x333300000101, EtherTypes.IPv6, 0x05)]
    [InlineData(0x333300000101, EtherTypes.IPv6, 0x0e)]
    [InlineData(0x01005e0100fb, EtherTypes.IPv4, 0)]
    [InlineData(0x03000000000a, 0x88b6, 0)]
    public void Note_OtherGroups_AreTold(ulong group, ushort etherType, byte scope)
    {
        Send(seconds: 20, etherType, scope, (Group(group), 8_000_000));
        Assert.Single(_told);
    }

    [Fact]
    public void Note_AllocatesNothing()
    {
        byte[] frame = TestFrames.Plain(Television, Box, Length);
        Allocations.AssertNone(() =>
        {
            _now += TimeSpan.FromMilliseconds(2);
            _watch.Note(frame, _now, out MulticastFlood flood);
        }, rounds: 20_000);
    }

    private static MacAddress Group(ulong mac) => MacAddress.FromUInt64(mac);

    private static MacAddress Printer(int number) => Group(0x01005e7f0000 + (ulong)number);

    private void Send(int seconds, params (MacAddress Group, int BitsPerSecond)[] groups) => Send(seconds, EtherTypes.IPv4, 0, groups);

    /// <summary>Each group at its rate, in ticks of ten milliseconds.</summary>
    private void Send(int seconds, ushort etherType, byte scope, params (MacAddress Group, int BitsPerSecond)[] groups)
    {
        TimeSpan begin = _now;
        long[] sent = new long[groups.Length];
        while (_now - begin < TimeSpan.FromSeconds(seconds))
        {
            _now += TimeSpan.FromMilliseconds(10);
            for (int i = 0; i < groups.Length; i++)
            {
                for (; sent[i] * 8 < groups[i].BitsPerSecond * (_now - begin).TotalSeconds; sent[i] += Length)
                {
                    byte[] frame = TestFrames.Plain(groups[i].Group, Box, Length, etherType);
                    frame[FrameLimits.HeaderLength + 24] = 0xff;
                    frame[FrameLimits.HeaderLength + 25] = scope;
                    if (_watch.Note(frame, _now, out MulticastFlood flood))
                    {
                        _told.Add((flood, _now));
                    }
                }
            }
        }
    }
}
