using Softlan.Wire;
using Xunit;
using static Softlan.Tests.Wire.Packets;

namespace Softlan.Tests.Wire.Queueing;

public sealed class FlowLabelTests
{
    private static readonly byte[] Base = Ethernet(EtherTypes.IPv4, IPv4(IPProtocols.Udp, Udp(1000, 2000)), OtherMac);

    [Fact]
    public void SameConversation_SameLabel_WhateverIsInside()
    {
        byte[] other = Ethernet(EtherTypes.IPv4, IPv4(IPProtocols.Udp, Udp(1000, 2000, 900)), OtherMac);
        Assert.Equal(Read(Base), Read(other));
    }

    [Fact]
    public void AnotherPortAddressProtocolOrMac_AnotherFlow()
    {
        byte[][] others =
        [
            Ethernet(EtherTypes.IPv4, IPv4(IPProtocols.Udp, Udp(1001, 2000)), OtherMac),
            Ethernet(EtherTypes.IPv4, IPv4(IPProtocols.Udp, Udp(1000, 2001)), OtherMac),
            Ethernet(EtherTypes.IPv4, IPv4(IPProtocols.Tcp, Udp(1000, 2000)), OtherMac),
            Ethernet(EtherTypes.IPv4, IPv4(IPProtocols.Udp, Udp(1000, 2000)), "02:00:00:00:00:77"),
            Ethernet(EtherTypes.IPv4, IPv4(IPProtocols.Udp, Udp(1000, 2000)), OtherMac, "02:00:00:00:00:77"),
            Ethernet(EtherTypes.IPv6, IPv6(IPProtocols.Udp, Udp(1000, 2000)), OtherMac),
            Ethernet(EtherTypes.Arp, new byte[28], OtherMac),
            Ethernet(0x0030, new byte[48], OtherMac),
        ];
        Assert.Equal(others.Length + 1, others.Append(Base).Select(frame => Read(frame).Flow).Distinct().Count());
    }

    [Fact]
    public void Ports_DifferInIPv6Too()
    {
        Assert.NotEqual(
            Read(Ethernet(EtherTypes.IPv6, IPv6(IPProtocols.Tcp, Udp(1, 2)))).Flow,
            Read(Ethernet(EtherTypes.IPv6, IPv6(IPProtocols.Tcp, Udp(1, 3)))).Flow);
    }

    [Fact]
    public void AllFragmentsOfAPacket_AreOneFlow()
    {
        FlowLabel first = Read(Ethernet(EtherTypes.IPv4, IPv4(IPProtocols.Udp, Udp(1000, 2000), more: true), OtherMac));
        FlowLabel later = Read(Ethernet(EtherTypes.IPv4, IPv4(IPProtocols.Udp, [9, 9, 9, 9, 8, 8, 8, 8], fragmentOffset: 100), OtherMac));
        Assert.Equal(first, later);
    }

    [Fact]
    public void Station_IsTheSenderOrTheReceiver()
    {
        byte[] other = Ethernet(EtherTypes.IPv4, IPv4(IPProtocols.Udp, Udp(7, 8)), "02:00:00:00:00:77");
        Assert.Equal(Read(Base).Station, Read(other).Station);
        Assert.NotEqual(FlowLabel.Read(Base, FairBy.Destination, 0).Station, FlowLabel.Read(other, FairBy.Destination, 0).Station);
    }

    [Fact]
    public void AnyBytes_NeverThrow()
    {
        Random random = new(7);
        for (int i = 0; i < 20_000; i++)
        {
            byte[] frame = new byte[random.Next(FrameLimits.MinLength, 80)];
            random.NextBytes(frame);
            frame[12] = (byte)(random.Next(2) == 0 ? 0x08 : 0x86);
            frame[13] = (byte)(frame[12] == 0x08 ? 0x00 : 0xdd);
            FlowLabel.Read(frame, FairBy.Source, 0);
            EcnMark.TryMark(frame);
        }
    }

    [Fact]
    public void ManyFlows_SpreadOverTheBuckets()
    {
        int[] buckets = new int[256];
        for (int port = 0; port < 2560; port++)
        {
            buckets[Read(Ethernet(EtherTypes.IPv4, IPv4(IPProtocols.Tcp, Udp(port, 5201)), OtherMac)).Flow & 255]++;
        }

        Assert.InRange(buckets.Max(), 10, 30);
    }

    /// <summary>What a server sends to one machine's connections differs in the port that it is for, and Windows takes one after the other.</summary>
    [Fact]
    public void ConnectionsFromOneServer_SpreadOverTheSetsOfATable()
    {
        int[] sets = new int[256 / SetAssociativeTable.Ways];
        for (int port = 0xc400; port < 0xc500; port++)
        {
            sets[(Read(Ethernet(EtherTypes.IPv4, IPv4(IPProtocols.Tcp, Udp(443, port)), OtherMac)).Flow & 255) / SetAssociativeTable.Ways]++;
        }

        Assert.InRange(sets.Max(), 8, 18);
    }

    private static FlowLabel Read(byte[] frame) => FlowLabel.Read(frame, FairBy.Source, 0);
}
