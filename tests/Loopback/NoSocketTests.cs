using System.Net;
using System.Net.Sockets;
using System.Runtime.Versioning;
using Softlan.Platform;
using Softlan.Tests.Platform.Linux;
using Xunit;

namespace Softlan.Tests.Loopback;

/// <summary>What becomes of an attempt for which this machine has no socket. It must count as one address that failed, or a client that
/// reconnects would give up for ever.</summary>
[SupportedOSPlatform("linux")]
public sealed class NoSocketTests
{
    [Fact]
    public void Connect_NoPortLeft_FailsAndCanBeTriedAgain()
    {
        using NetworkNamespace net = NetworkNamespace.Create();
        net.Run(static () =>
        {
            using LoopbackParty party = new();
            File.WriteAllText("/proc/sys/net/ipv4/ip_local_port_range", "40000 40001");
            using Socket first = Take();
            RecordingHandler client;
            using (Take())
            {
                client = party.Connect();
                Assert.Null(client.Closed);
                party.Until(() => client.Closed is not null, "the attempt has failed");
            }

            Assert.Equal(LinkCloseKind.NoSocket, client.Closed!.Value.Kind);
            Assert.Contains("no UDP socket could be opened: Address already in use", client.Closed.Value.Text, StringComparison.Ordinal);
            party.Join();
        });
    }

    /// <summary>As under a kernel that was started with ipv6.disable=1. Four bytes of the address would be somebody else's.</summary>
    [Fact]
    public void Connect_ToIPv6WithoutIPv6_SendsNothingAndFails()
    {
        using NetworkNamespace net = NetworkNamespace.Create();
        net.Run(static () =>
        {
            using LoopbackParty party = new();
            using UdpEcho stranger = new();
            SystemCallFilter.RefuseIPv6OfThisThread();
            byte[] address = [0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 127, 0, 0, 1];
            RecordingHandler client = party.Connect(new IPEndPoint(new IPAddress(address), stranger.EndPoint.Port));
            party.Until(() => client.Closed is not null, "the attempt has failed");
            Assert.Equal(LinkCloseKind.NoSocket, client.Closed!.Value.Kind);
            Assert.Contains("Address family not supported", client.Closed.Value.Text, StringComparison.Ordinal);

            // A listener falls back; and the form that an IPv4 address has in IPv6 is one of IPv4.
            using ILinkListener listener = party.Listen(0);
            party.Join(new IPEndPoint(IPAddress.Loopback.MapToIPv6(), listener.LocalEndPoints[0].Port));
        });
    }

    private static Socket Take()
    {
        Socket socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.Bind(new IPEndPoint(IPAddress.Any, 0));
        return socket;
    }
}
