using System.Buffers.Binary;
using Softlan.Tests.Wire.Offload;
using Softlan.Wire;
using Xunit;

namespace Softlan.Tests.Wire;

public sealed class MssClampTests
{
    private const byte Options = IPProtocols.DestinationOptions;
    private const byte Syn = 0x02;
    private const byte SynAck = 0x12;

    /// <summary>What a 1200-byte QUIC packet leaves: 1164 bytes of frame.</summary>
    private const int SmallFrame = FrameLimits.MinMaxDatagramLength - DatagramHeader.Length;

    private static byte[] Mss(int value) => [2, 4, .. Packets.U16(value)];

    /// <summary>The expected frame is built from scratch with the lower value, so its checksum is an independent one.</summary>
    [Theory]
    [InlineData(false, Syn, 1460, 1400, 1346)]
    [InlineData(false, SynAck, 1460, 1400, 1346)]
    [InlineData(false, Syn, 65535, 1400, 1346)]
    [InlineData(false, Syn, 1347, 1400, 1346)]
    [InlineData(false, Syn, 1460, SmallFrame, 1110)]
    [InlineData(false, Syn, 1460, 100, 536)]
    [InlineData(true, Syn, 1440, 1400, 1326)]
    [InlineData(true, SynAck, 1440, 1400, 1326)]
    [InlineData(true, Syn, 1440, SmallFrame, 1220)]
    public void TooLarge_IsLoweredAndTheChecksumIsRight(bool isV6, byte flags, int mss, int maxFrameLength, int expected)
    {
        TestFrame frame = new() { IsV6 = isV6, TcpFlags = flags, TcpOptions = Mss(mss) };
        byte[] bytes = frame.Build();
        Assert.True(MssClamp.Clamp(bytes, maxFrameLength));
        Assert.Equal((frame with { TcpOptions = Mss(expected) }).Build(), bytes);
    }

    [Theory]
    [InlineData(false, Syn, 1346, 1400)]
    [InlineData(false, Syn, 1300, 1400)]
    [InlineData(false, Syn, 0, 1400)]
    [InlineData(false, Syn, 536, 100)]
    [InlineData(true, Syn, 1326, 1400)]
    [InlineData(true, Syn, 1220, SmallFrame)]
    [InlineData(false, 0x10, 1460, 1400)]
    [InlineData(false, 0x14, 1460, 1400)]
    public void SmallEnoughOrNoSyn_StaysAsItIs(bool isV6, byte flags, int mss, int maxFrameLength) =>
        AssertUntouched(new TestFrame { IsV6 = isV6, TcpFlags = flags, TcpOptions = Mss(mss) }.Build(), maxFrameLength);

    [Fact]
    public void UsualOptions_AreWalked()
    {
        TestFrame frame = new() { TcpFlags = Syn, TcpOptions = [4, 2, 8, 10, 1, 2, 3, 4, 0, 0, 0, 0, 1, 3, 3, 7, .. Mss(1460)] };
        byte[] bytes = frame.Build();
        Assert.True(MssClamp.Clamp(bytes, 1400));
        Assert.Equal((frame with { TcpOptions = [.. frame.TcpOptions[..16], .. Mss(1346)] }).Build(), bytes);
    }

    /// <summary>A value that straddles two words of the sum.</summary>
    [Fact]
    public void OddPosition_ChecksumIsRight()
    {
        TestFrame frame = new() { TcpFlags = Syn, TcpOptions = [1, .. Mss(1460), 1, 1, 1] };
        byte[] bytes = frame.Build();
        Assert.True(MssClamp.Clamp(bytes, 1400));
        Assert.Equal((frame with { TcpOptions = [1, .. Mss(1346), 1, 1, 1] }).Build(), bytes);
    }

    [Fact]
    public void TwoValues_AreBothLowered()
    {
        TestFrame frame = new() { TcpFlags = Syn, TcpOptions = [.. Mss(1460), .. Mss(1400)] };
        byte[] bytes = frame.Build();
        Assert.True(MssClamp.Clamp(bytes, 1400));
        Assert.Equal((frame with { TcpOptions = [.. Mss(1346), .. Mss(1346)] }).Build(), bytes);
    }

    [Fact]
    public void BehindIpOptionsOrExtensionHeaders_IsFound()
    {
        foreach (TestFrame frame in new[]
        {
            new TestFrame { TcpFlags = Syn, TcpOptions = Mss(1460), IpOptions = [1, 1, 1, 0] },
            new TestFrame { TcpFlags = Syn, TcpOptions = Mss(1460), IsV6 = true, Extensions = [Options, Options, Options] },
            new TestFrame { TcpFlags = Syn, TcpOptions = Mss(1460), Payload = new byte[100] },
        })
        {
            byte[] bytes = frame.Build();
            Assert.True(MssClamp.Clamp(bytes, SmallFrame));
            Assert.Equal((frame with { TcpOptions = Mss(frame.IsV6 ? 1220 : 1110) }).Build(), bytes);
        }
    }

    [Theory]
    [InlineData(new byte[] { 2, 3, 0xff, 0xff })]           // MSS of a wrong length
    [InlineData(new byte[] { 2, 4, 0xff, 0xff, 5, 0, 0, 0 })]   // an option of length 0 behind it
    [InlineData(new byte[] { 2, 4, 0xff, 0xff, 5, 1, 0, 0 })]   // of length 1
    [InlineData(new byte[] { 2, 4, 0xff, 0xff, 5, 5, 0, 0 })]   // that ends outside
    [InlineData(new byte[] { 1, 1, 1, 2 })]                     // cut off behind its kind
    [InlineData(new byte[] { 1, 2, 4, 0xff })]                  // cut off in its value
    [InlineData(new byte[] { 0, 2, 4, 0xff, 0xff, 0, 0, 0 })]   // behind the end of the list
    [InlineData(new byte[] { })]
    public void MalformedOrMissingOption_StaysAsItIs(byte[] options) =>
        AssertUntouched(new TestFrame { TcpFlags = Syn, TcpOptions = options }.Build(), 1400);

    [Fact]
    public void LaterFragments_StayAsTheyAre()
    {
        AssertUntouched(new TestFrame { TcpFlags = Syn, TcpOptions = Mss(1460), Fragment = 1 }.Build(), 1400);
        AssertUntouched(new TestFrame { TcpFlags = Syn, TcpOptions = Mss(1460), Fragment = 0x2005 }.Build(), 1400);
        byte[] tcp = new TestFrame { IsV6 = true, TcpFlags = Syn, TcpOptions = Mss(1460) }.Build()[54..];
        AssertUntouched(Packets.Ethernet(0x86dd, Packets.IPv6(44, Packets.Fragment(6, tcp, offset: 1))), 1400);
        byte[] first = Packets.Ethernet(0x86dd, Packets.IPv6(44, Packets.Fragment(6, tcp, more: true)));
        Assert.True(MssClamp.Clamp(first, 1400));
    }

    [Fact]
    public void OtherFrames_StayAsTheyAre()
    {
        AssertUntouched(new TestFrame { IsTcp = false, Payload = new byte[40] }.Build(), 600);
        AssertUntouched(new TestFrame { TcpFlags = Syn, TcpOptions = Mss(1460), Tags = [0x81, 0, 0, 1] }.Build(), 1400);
        AssertUntouched(Packets.Ethernet(0x0806, Packets.Arp(1, Packets.PlayerMac, Packets.OtherMac)), 600);
        AssertUntouched([1, 2, 3], 600);
    }

    /// <summary>Options behind the packet's end are Ethernet padding or another's bytes.</summary>
    [Fact]
    public void HeaderBeyondTheTotalLength_StaysAsItIs()
    {
        byte[] bytes = new TestFrame { TcpFlags = Syn, TcpOptions = Mss(1460) }.Build();
        BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(16), 43);
        AssertUntouched(bytes, 1400);
    }

    [Fact]
    public void EveryTruncation_NeverThrows_AndNeverChangesAHalf()
    {
        foreach (bool isV6 in new[] { false, true })
        {
            byte[] whole = new TestFrame { IsV6 = isV6, Extensions = [Options, Options], TcpFlags = Syn, TcpOptions = Mss(1460) }.Build();
            for (int length = 0; length < whole.Length; length++)
            {
                AssertUntouched(whole[..length], 600);
            }
        }
    }

    [Fact]
    public void AnyFrame_NeverThrows_NeverRaises_AndKeepsTheSumRight()
    {
        Random random = new(10);
        for (int i = 0; i < 8_000; i++)
        {
            byte[] options = new byte[4 * random.Next(11)];
            random.NextBytes(options);
            options.AsSpan().Replace((byte)9, (byte)2);
            for (int at = 0; at < options.Length && random.Next(4) != 0; at += 4)
            {
                Mss(random.Next(65536)).CopyTo(options, at);
            }

            bool isV6 = random.Next(2) == 0;
            byte[] extensions = [.. Enumerable.Repeat(Options, random.Next(3))];
            TestFrame frame = new() { IsV6 = isV6, TcpFlags = (byte)random.Next(256), TcpOptions = options, Extensions = extensions };
            byte[] before = frame.Build();
            byte[] after = [.. before];
            bool mayBe = MssClamp.MayBeSyn(before);
            Assert.True(mayBe || (frame.TcpFlags & Syn) == 0);
            Assert.True(!mayBe || (frame.TcpFlags & Syn) != 0 || (isV6 && frame.Extensions.Length > 0));
            if (MssClamp.Clamp(after, random.Next(1519)))
            {
                Assert.Equal((frame with { TcpOptions = after[^options.Length..] }).Build(), after);

                // Of two big-endian numbers the lower one is lower in the first byte that differs.
                Assert.True(after.AsSpan()[^options.Length..].SequenceCompareTo(before.AsSpan()[^options.Length..]) < 0);
            }
            else
            {
                Assert.Equal(before, after);
            }
        }
    }

    [Fact]
    public void MayBeSyn_OfWhatIsNoTcp_IsFalse_WhateverItsBytes()
    {
        byte[] frame = new byte[100];
        frame.AsSpan().Fill(0xff);
        for (int length = 0; length < frame.Length; length++)
        {
            Assert.False(MssClamp.MayBeSyn(frame.AsSpan(0, length)));
        }

        byte[] udp = new TestFrame { TcpFlags = Syn }.Build();
        udp[FrameLimits.HeaderLength + IPHeader.V4Protocol] = IPProtocols.Udp;
        Assert.False(MssClamp.MayBeSyn(udp));
        byte[] udp6 = new TestFrame { IsV6 = true, TcpFlags = Syn }.Build();
        udp6[FrameLimits.HeaderLength + IPHeader.V6NextHeader] = IPProtocols.Udp;
        Assert.False(MssClamp.MayBeSyn(udp6));
    }

    private static void AssertUntouched(byte[] frame, int maxFrameLength)
    {
        byte[] before = [.. frame];
        Assert.False(MssClamp.Clamp(frame, maxFrameLength));
        Assert.Equal(before, frame);
    }
}
