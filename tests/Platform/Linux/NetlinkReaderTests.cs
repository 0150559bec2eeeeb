using System.Net;
using System.Runtime.Versioning;
using Softlan.Platform.Linux.Netlink;
using Xunit;

namespace Softlan.Tests.Platform.Linux;

[SupportedOSPlatform("linux")]
public sealed class NetlinkReaderTests
{
    [Fact]
    public void Writer_WhatItWrites_TheReaderReads()
    {
        byte[] buffer = new byte[NetlinkWriter.MaxLength];
        NetlinkWriter writer = new(buffer, NativeNetlink.RTM_NEWLINK, NativeNetlink.NLM_F_ACK);
        writer.Header(new NativeNetlink.LinkMessage
        {
            Index = 7,
            HardwareType = NativeNetlink.ARPHRD_ETHER,
            Flags = NativeNetlink.IFF_UP | NativeNetlink.IFF_LOWER_UP,
        });
        writer.Attribute(NativeNetlink.IFLA_IFNAME, "eth0");
        writer.Attribute(NativeNetlink.IFLA_ADDRESS, [2, 0, 0, 0, 0, 9]);
        writer.Attribute(NativeNetlink.IFLA_MTU, 1500u);
        int nested = writer.BeginNested(NativeNetlink.IFLA_LINKINFO);
        writer.Attribute(NativeNetlink.IFLA_INFO_KIND, "veth");
        writer.EndNested(nested);

        NetlinkReader reader = new(writer.Finish(42));
        Assert.True(reader.TryRead(out NetlinkMessage message));
        Assert.Equal(42u, message.Sequence);
        Assert.Equal(NativeNetlink.NLM_F_ACK | NativeNetlink.NLM_F_REQUEST, message.Flags);
        Assert.True(NetlinkLinks.TryParse(message, out LinkEntry? link));
        Assert.Equal((7, "eth0", 1500, "veth"), (link.Index, link.Name, link.Mtu, link.Kind));
        Assert.Equal("02:00:00:00:00:09", link.Address.ToString());
        Assert.True(link is { IsUp: true, HasCarrier: true, IsEthernet: true, IsBridge: false, IsBridgePort: false });
        Assert.False(reader.TryRead(out _));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(15)]
    [InlineData(33)]
    [InlineData(int.MaxValue)]
    [InlineData(-1)]
    public void TryRead_LengthThatDoesNotFit_IsTheEnd(int length)
    {
        byte[] bytes = new byte[32];
        BitConverter.TryWriteBytes(bytes, length);
        NetlinkReader reader = new(bytes);
        Assert.False(reader.TryRead(out _));
        Assert.False(reader.TryRead(out _));
    }

    [Fact]
    public void TryParse_AnyBytes_NeverThrowsAndEnds()
    {
        Random random = new(20260);
        byte[] bytes = new byte[256];
        for (int round = 0; round < 200_000; round++)
        {
            int length = random.Next(bytes.Length + 1);
            random.NextBytes(bytes.AsSpan(0, length));
            if (length >= 20)
            {
                // Mostly plausible: a fitting length, one of the types that are parsed, a plausible family and first attribute.
                BitConverter.TryWriteBytes(bytes, random.Next(16, length + 1));
                BitConverter.TryWriteBytes(bytes.AsSpan(4), (ushort)(random.Next(4) switch
                {
                    0 => NativeNetlink.RTM_NEWLINK,
                    1 => NativeNetlink.RTM_NEWADDR,
                    2 => NativeNetlink.RTM_NEWRULE,
                    _ => NativeNetlink.RTM_NEWROUTE,
                }));
                bytes[16] = (byte)(random.Next(2) == 0 ? NativeNetlink.AF_INET : NativeNetlink.AF_INET6);
                for (int at = 24; at + 4 <= length; at += 4 * random.Next(1, 6))
                {
                    BitConverter.TryWriteBytes(bytes.AsSpan(at), (ushort)random.Next(0, 24));
                    BitConverter.TryWriteBytes(bytes.AsSpan(at + 2), (ushort)random.Next(0, 20));
                }
            }

            NetlinkReader reader = new(bytes.AsSpan(0, length));
            while (reader.TryRead(out NetlinkMessage message))
            {
                _ = NetlinkLinks.TryParse(message, out _);
                _ = NetlinkAddresses.TryParse(message, out _);
                _ = NetlinkRoutes.TryParse(message, out _);
                _ = NetlinkRules.TryParse(message, out _);
            }
        }
    }

    [Fact]
    public void RouteWithSeveralNextHops_GivesTheFirst()
    {
        byte[] buffer = new byte[NetlinkWriter.MaxLength];
        NetlinkWriter writer = new(buffer, NativeNetlink.RTM_NEWROUTE, 0);
        writer.Header(new NativeNetlink.RouteMessage { Family = NativeNetlink.AF_INET, DestinationLength = 24, Table = NativeNetlink.RT_TABLE_MAIN });
        writer.Attribute(NativeNetlink.RTA_DST, [192, 0, 2, 77]);
        writer.Attribute(NativeNetlink.RTA_MULTIPATH, [
            16, 0, 0, 0, 3, 0, 0, 0, 8, 0, (byte)NativeNetlink.RTA_GATEWAY, 0, 10, 0, 0, 1,
            16, 0, 0, 0, 4, 0, 0, 0, 8, 0, (byte)NativeNetlink.RTA_GATEWAY, 0, 10, 0, 0, 2]);

        NetlinkReader reader = new(writer.Finish(1));
        Assert.True(reader.TryRead(out NetlinkMessage message));
        Assert.True(NetlinkRoutes.TryParse(message, out RouteEntry? route));
        Assert.Equal(IPNetwork.Parse("192.0.2.0/24"), route.Destination);
        Assert.Equal((3, IPAddress.Parse("10.0.0.1")), (route.InterfaceIndex, route.Gateway));
    }
}
