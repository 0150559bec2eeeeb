using System.Net;
using System.Text;
using Softlan.Platform;
using Softlan.Wire;
using Xunit;

namespace Softlan.Tests.Fakes;

public sealed class MemoryNetworkTests : IDisposable
{
    private readonly MemoryNetwork _network = new(new ManualLane());
    private readonly Recorder _client = new();
    private readonly Recorder _server = new();

    public void Dispose() => _network.Dispose();

    [Fact]
    public void Connect_Listener_BothConnectAndSpeak()
    {
        using ILinkListener listener = Listen();
        _network.Delay = TimeSpan.FromMilliseconds(10);
        IFrameLink link = Connect(listener);
        Assert.Empty(_client.Story);
        _network.Lane.Advance(TimeSpan.FromMilliseconds(30));
        link.SendControl("{}"u8);
        link.Send(DatagramHeader.ForFrame(7), new byte[60]);
        link.Close(CloseReason.Kicked, "out");
        _network.Lane.Advance(TimeSpan.FromMilliseconds(10));

        Assert.Equal(["connected", "closed ByUs Kicked out"], _client.Story);
        Assert.Equal(["connected", "control {}", "datagram 64", "closed ByPeer Kicked out"], _server.Story);
    }

    [Fact]
    public void Connect_NobodyThere_IsUnreachableLater()
    {
        ILinkListener listener = Listen();
        listener.Dispose();
        Connect(listener);
        Assert.Empty(_client.Story);
        _network.Lane.Run();
        Assert.Equal(["closed Unreachable TimedOut nobody listens there"], _client.Story);
    }

    [Fact]
    public void Listener_KilledAndRestarted_ResetsOldLinks()
    {
        ILinkListener listener = Listen();
        Connect(listener);
        _network.Lane.Run();
        listener.Dispose();
        using ILinkListener again = Listen(listener.LocalEndPoints[0].Port);
        _network.Lane.Advance(MemoryNetworkLink.KeepAlive);
        Assert.StartsWith("closed Reset", _client.Story[^1], StringComparison.Ordinal);
    }

    [Fact]
    public void Network_Down_LinksTimeOut()
    {
        using ILinkListener listener = Listen();
        Connect(listener);
        _network.Lane.Run();
        _network.IsDown = true;
        _network.Lane.Advance(TimeSpan.FromSeconds(41));
        Assert.StartsWith("closed TimedOut", _client.Story[^1], StringComparison.Ordinal);
        Assert.StartsWith("closed TimedOut", _server.Story[^1], StringComparison.Ordinal);
    }

    [Fact]
    public void Network_UpForLong_LinksStay()
    {
        using ILinkListener listener = Listen();
        Connect(listener);
        _network.Lane.Advance(TimeSpan.FromMinutes(10));
        Assert.Equal(["connected"], _client.Story);
        Assert.Equal(1, listener.Statistics.Connected);
    }

    private ILinkListener Listen(int port = 0) => _network.Listen(
        new ListenOptions
        {
            EndPoint = new IPEndPoint(IPAddress.IPv6Any, port),
            Certificate = _network.GenerateCertificate("relay"),
            Secret = new byte[32],
            MaxLinks = 10,
            MaxLinksPerAddress = 10,
        },
        _server);

    private IFrameLink Connect(ILinkListener listener) => _network.HostAt("192.0.2.1").Connect(
        new ConnectOptions { RemoteEndPoint = listener.LocalEndPoints[0], ServerName = "relay", Trust = LinkTrust.System },
        new PeerCounters(), _client);

    private sealed class Recorder : IFrameLinkHandler, ILinkAcceptor
    {
        public List<string> Story { get; } = [];

        public IFrameLinkHandler Accept(IFrameLink link) => this;

        public void OnConnected(IFrameLink link) => Story.Add("connected");

        public void OnControl(IFrameLink link, ReadOnlySpan<byte> message) => Story.Add($"control {Encoding.UTF8.GetString(message)}");

        public void OnDatagram(IFrameLink link, ReadOnlySpan<byte> datagram) => Story.Add($"datagram {datagram.Length}");

        public void OnMaxDatagramLengthChanged(IFrameLink link) => Story.Add($"max {link.MaxDatagramLength}");

        public void OnClosed(IFrameLink link, LinkClosed closed) => Story.Add($"closed {closed.Kind} {closed.Reason} {closed.Text}");
    }
}
