using Softlan.Wire;
using Xunit;

namespace Softlan.Tests.Wire;

public sealed class ArpProbeTests
{
    private const string Player = "02:00:5e:10:00:21";
    private const string Other = "00:16:3e:00:00:05";
    private const uint Address = 0x0a00_0009;

    /// <summary>RFC 5227, section 2.1.1: the sender's address is zero, so that nobody's table changes, and so is the target's MAC.</summary>
    [Fact]
    public void Write_ClaimsNothing()
    {
        byte[] frame = new byte[ArpProbe.Length];
        frame.AsSpan().Fill(0xcc);
        ArpProbe.Write(frame, MacAddress.Read(Packets.Mac(Player)), Address);
        Assert.Equal(Packets.Ethernet(EtherTypes.Arp, Packets.Arp(1, Player, "00:00:00:00:00:00", [0, 0, 0, 0]), source: Player), frame);
        Assert.Equal(DropReason.None, Packets.FromClient(frame));
        Assert.False(ArpProbe.TryReadOwner(frame, Address, out _));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void TryReadOwner_RequestOrReplyFromTheAddress_IsItsOwners(int operation)
    {
        byte[] frame = Packets.Ethernet(EtherTypes.Arp, Packets.Arp(operation, Other, Player, [10, 0, 0, 9]));
        Assert.True(ArpProbe.TryReadOwner(frame, Address, out MacAddress owner));
        Assert.Equal(MacAddress.Read(Packets.Mac(Other)), owner);
        Assert.True(ArpProbe.TryReadOwner([.. frame, .. new byte[18]], Address, out _)); // Padded to 60 bytes, as on a cable.
        Assert.False(ArpProbe.TryReadOwner(frame, Address + 1, out _));
    }

    [Fact]
    public void TryReadOwner_OfAnythingElse_IsFalse()
    {
        byte[] frame = Packets.Ethernet(EtherTypes.Arp, Packets.Arp(2, Other, Player, [10, 0, 0, 9]));
        for (int length = 0; length < frame.Length; length++)
        {
            Assert.False(ArpProbe.TryReadOwner(frame.AsSpan(0, length), Address, out _));
        }

        for (int at = 12; at < 20; at++)
        {
            byte[] other = [.. frame];
            other[at] ^= 0x10; // Another EtherType, hardware, protocol, or length of an address.
            Assert.False(ArpProbe.TryReadOwner(other, Address, out _));
        }
    }
}
