using Softlan.Roles.Gateway;
using Softlan.Wire;
using Xunit;

namespace Softlan.Tests.Roles.Gateway;

public sealed class EchoMemoryTests
{
    private static readonly MacAddress Anna = GatewayBench.Anna.Mac;
    private static readonly TimeSpan Late = EchoMemory.Lifetime + TimeSpan.FromMilliseconds(1);

    private readonly EchoMemory _echoes = new();

    [Fact]
    public void OnHeard_WhatWasWritten_IsAnEchoHoweverOften()
    {
        Assert.Equal(0, Write(1, 0));
        Assert.True(Hear(1, 0));
        Assert.True(Hear(1, 1.9));
        Assert.False(Hear(2, 0));
        Assert.True(Hear(1, 3.8)); // It circulates.
        Assert.False(Hear(1, 5.9));
    }

    /// <summary>While nothing is bridged.</summary>
    [Fact]
    public void NoteEcho_WhatWasWritten_GrowsYoungAgain_AndNothingElseIsKept()
    {
        Write(1, 0);
        _echoes.NoteEcho(Frame(2), TimeSpan.FromSeconds(1));
        Assert.Null(_echoes.LastEcho);
        _echoes.NoteEcho(Frame(1), TimeSpan.FromSeconds(1.9));
        Assert.Equal(TimeSpan.FromSeconds(1.9), _echoes.LastEcho);
        Assert.True(Hear(1, 3.8));
        Assert.False(_echoes.TryTakeStranger(TimeSpan.FromSeconds(3.8) + Late, out _, out _));
    }

    /// <summary>The second of two equal frames is younger, and that is what counts.</summary>
    [Fact]
    public void OnHeard_WrittenAgainLately_IsAnEcho()
    {
        Write(1, 0);
        Write(1, 3);
        Assert.True(Hear(1, 4));
    }

    [Fact]
    public void OnHeard_PaddedOnTheWay_IsAnEcho()
    {
        byte[] arp = TestFrames.Plain(MacAddress.Broadcast, Anna, length: 42);
        byte[] padded = new byte[60];
        arp.CopyTo(padded, 0);
        _echoes.OnWritten(arp, TimeSpan.Zero);
        Assert.True(_echoes.OnHeard(padded, Anna, TimeSpan.Zero));
    }

    [Fact]
    public void OnWritten_WhatWasHeardBefore_WasAnEchoAndIsNoStrangers()
    {
        Assert.False(Hear(1, 0));
        Assert.False(Hear(1, 0));
        Assert.False(Hear(2, 0));
        Assert.Equal(2, Write(1, 1));
        Assert.Equal(0, Write(1, 1));
        Assert.True(_echoes.TryTakeStranger(Late, out MacAddress source, out TimeSpan at));
        Assert.Equal((Anna, TimeSpan.Zero), (source, at));
        Assert.False(_echoes.TryTakeStranger(Late, out _, out _));
    }

    [Fact]
    public void TryTakeStranger_WaitsForTheOriginal()
    {
        Hear(1, 0);
        Assert.False(_echoes.TryTakeStranger(EchoMemory.Lifetime, out _, out _));
        Assert.True(_echoes.TryTakeStranger(Late, out _, out _));
        Hear(1, 10);
        Assert.Equal(0, Write(1, 13)); // Too late to be the original.
    }

    [Fact]
    public void Full_TheOldestCountsAsAStrangers()
    {
        for (int i = 0; i < EchoMemory.MaxHeard + 10; i++)
        {
            Hear(i, 0);
        }

        Assert.True(_echoes.TryTakeStranger(TimeSpan.Zero, out _, out _));
        Assert.False(_echoes.TryTakeStranger(TimeSpan.Zero, out _, out _));
        Assert.False(Hear(5000, 0));
        Assert.Equal(1, Write(5000, 0));

        for (int i = 0; i < EchoMemory.MaxWritten; i++)
        {
            Write(10_000 + i, 0);
        }

        Assert.True(Hear(10_000, 0));
        Write(20_000, 0);
        Assert.False(Hear(10_000, 0));
    }

    private int Write(int n, double seconds) => _echoes.OnWritten(Frame(n), TimeSpan.FromSeconds(seconds));

    private bool Hear(int n, double seconds) => _echoes.OnHeard(Frame(n), Anna, TimeSpan.FromSeconds(seconds));

    private static byte[] Frame(int n)
    {
        byte[] frame = TestFrames.Plain(MacAddress.Broadcast, Anna, length: 1514);
        BitConverter.TryWriteBytes(frame.AsSpan(60), n);
        return frame;
    }
}
