using System.Runtime.Versioning;
using Softlan.Tests.Wire;
using Softlan.Wire;
using Xunit;

namespace Softlan.Tests.Loopback;

/// <summary>What becomes of datagrams that msquic gives back because its window is full.</summary>
[Collection(WallTimeTests.Name)]
[SupportedOSPlatform("linux")]
public sealed class GivenBackTests : IDisposable
{
    private const int Segments = 40;

    private static readonly TimeSpan RoundTrip = TimeSpan.FromMilliseconds(400);

    /// <summary>Less than a round trip, so less than it takes until the window opens.</summary>
    private readonly LoopbackParty _party = new(EngineKind.MsQuic, EngineKind.MsQuic, limits: new QueueLimits(RoundTrip / 2));

    public void Dispose() => _party.Dispose();

    [Fact]
    public void GivenBack_TcpWaitsForTheWindow_AGameGoesBeforeIt()
    {
        UdpProxy proxy = _party.AddProxy();
        proxy.RoundTrip = RoundTrip;
        (RecordingHandler client, RecordingHandler server) = _party.Join(proxy.EndPoint);
        _party.For(RoundTrip);
        _party.Loop.Post(() =>
        {
            for (int i = 0; i < Segments; i++)
            {
                client.Link.Send(
                    DatagramHeader.ForFrame(1),
                    Packets.Ethernet(EtherTypes.IPv4, Packets.IPv4(IPProtocols.Tcp, [.. new byte[1100], (byte)i])));
            }
        });
        _party.For(RoundTrip * 3 / 4);
        byte[] game = Packets.Ethernet(EtherTypes.IPv4, Packets.IPv4(IPProtocols.Udp, Packets.Udp(27015, 27015)), source: Packets.OtherMac);
        _party.Loop.Post(() => client.Link.Send(DatagramHeader.ForFrame(1), game));
        _party.Until(() => server.DatagramCount + client.Link.Counters.TotalDropped == Segments + 1, "all have arrived");

        Assert.Equal(0, client.Link.Counters.TotalDropped);
        int place = server.Datagrams.FindIndex(datagram => datagram.AsSpan(DatagramHeader.Length).SequenceEqual(game));
        Assert.InRange(place, 0, Segments * 2 / 3);
    }
}
