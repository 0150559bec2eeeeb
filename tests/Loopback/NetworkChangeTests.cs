using System.Net;
using System.Runtime.Versioning;
using Softlan.Platform;
using Softlan.Tests.Platform.Linux;
using Xunit;

namespace Softlan.Tests.Loopback;

/// <summary>A machine that goes from one network to another, in a network namespace whose loopback has both their addresses.</summary>
[SupportedOSPlatform("linux")]
public sealed class NetworkChangeTests
{
    private static readonly IPAddress Relay = IPAddress.Parse("198.18.0.1");
    private static readonly IPAddress Cable = IPAddress.Parse("198.18.0.2");
    private static readonly IPAddress WiFi = IPAddress.Parse("198.18.0.3");

    /// <summary>Long before a keep-alive, the next packet that would leave by itself.</summary>
    [Fact]
    public void NetworkChanged_AnotherSourceAddress_TheRelayFollowsAtOnce()
    {
        using NetworkNamespace ns = NetworkNamespace.Create();
        foreach (IPAddress address in (IPAddress[])[Relay, Cable, WiFi])
        {
            ns.Ip($"addr add {address}/32 dev lo");
        }

        LeaveFrom(ns, Cable);
        ns.Run(() =>
        {
            using LoopbackParty party = new();
            (RecordingHandler client, RecordingHandler server) = party.Join(new IPEndPoint(Relay, party.EndPoint.Port));
            party.Until(
                () => client.Link.MaxDatagramLength == party.FullLengthToRelay && server.Link.MaxDatagramLength == party.FullLengthToClient,
                "no more packets are sent to find the path's MTU");
            party.For(TimeSpan.FromMilliseconds(500));
            Assert.Equal(Cable, server.Link.RemoteEndPoint.Address.MapToIPv4());

            LeaveFrom(ns, WiFi);
            party.ClientEngine.NetworkChanged();
            party.Until(() => server.Link.RemoteEndPoint.Address.MapToIPv4().Equals(WiFi), "the relay hears the client from there", 3);
            server.SendFrame(party.Loop, 100);
            party.Until(() => client.DatagramCount == 1, "the way back works");
            Assert.Null(client.Closed);
            Assert.Null(server.Closed);
        });
    }

    /// <summary>The home router forgets who she is, and a moment later she is on the Wi-Fi: the way back from the first place has not been tried when
    /// there is a second.</summary>
    [Fact]
    public void NetworkChanged_BehindARouterThatHasJustChangedThePort_TheLinkStays() =>
        MoveTwiceAtOnce((party, router, client, server, _) =>
        {
            router.DropsToClient = false;
            party.For(TimeSpan.FromSeconds(1));
            Assert.Null(server.Closed);
            Assert.Null(client.Closed);
            server.SendFrame(party.Loop, 100);
            party.Until(() => client.DatagramCount == 1, "the way back works");
        });

    /// <summary>She has heard that the first place's connection id is retired, and the relay does not hear from her in the second: it goes back to
    /// the first and to that id, by which she takes nothing for hers any more.</summary>
    [Fact]
    public void NetworkChanged_BehindSuchARouterAndTheSecondPlaceFails_TheClientIsToldAsSoonAsItIsHeard() =>
        MoveTwiceAtOnce((party, router, client, server, _) =>
        {
            router.DropsToServer = true;
            router.DropsToClient = false;
            party.Until(() => server.Moves > 2, "the relay gives up the second place");
            router.DropsToServer = false;
            party.For(TimeSpan.FromMilliseconds(100));
            client.SendFrame(party.Loop, 100);
            party.Until(() => client.Closed is not null, "the client is told", 2);
            Assert.Equal(LinkCloseKind.Reset, client.Closed?.Kind);
            Assert.Equal(LinkCloseKind.TimedOut, server.Closed?.Kind);
        });

    /// <summary>She has heard it as well when she is back in the first place.</summary>
    [Fact]
    public void NetworkChanged_BehindSuchARouterAndBackAgain_TheClientIsToldAsSoonAsItIsHeard() =>
        MoveTwiceAtOnce((party, router, client, server, firstPort) =>
        {
            router.DropsToServer = true;
            router.DropsToClient = false;
            party.For(TimeSpan.FromSeconds(1));
            router.Rebind(firstPort);
            router.DropsToServer = false;
            client.SendFrame(party.Loop, 100);
            party.Until(() => server.Closed is not null, "the relay knows that it is not heard", 2);
            client.SendFrame(party.Loop, 100);
            party.Until(() => client.Closed is not null, "the client is told", 2);
            Assert.Equal(LinkCloseKind.Reset, client.Closed?.Kind);
            Assert.Equal(LinkCloseKind.TimedOut, server.Closed?.Kind);
        });

    /// <param name="then">Goes on while nothing comes back to the client, with the router's first port last.</param>
    private static void MoveTwiceAtOnce(Action<LoopbackParty, UdpProxy, RecordingHandler, RecordingHandler, int> then)
    {
        using NetworkNamespace ns = NetworkNamespace.Create();
        ns.Ip($"addr add {WiFi}/32 dev lo");
        ns.Run(() =>
        {
            using LoopbackParty party = new();
            UdpProxy router = party.AddProxy();
            (RecordingHandler client, RecordingHandler server) = party.Join(router.EndPoint);
            party.For(TimeSpan.FromMilliseconds(500));

            int firstPort = router.SourcePort;
            router.DropsToClient = true;
            Move(1);
            LeaveFrom(ns, WiFi, to: IPAddress.Loopback);
            party.ClientEngine.NetworkChanged(); // With another connection id, while the relay still waits for an answer to its challenge.
            Move(2);
            then(party, router, client, server, firstPort);

            void Move(int count)
            {
                router.Rebind();
                client.SendFrame(party.Loop, 100);
                party.Until(() => server.Moves == count, "the relay hears the client from there");
            }
        });
    }

    /// <summary>What is sent to the relay.</summary>
    private static void LeaveFrom(NetworkNamespace ns, IPAddress source) => LeaveFrom(ns, source, Relay);

    private static void LeaveFrom(NetworkNamespace ns, IPAddress source, IPAddress to) =>
        ns.Ip($"route replace local {to} dev lo table local proto kernel scope host src {source}");
}
