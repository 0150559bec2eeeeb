using System.Net;
using System.Security.Cryptography;
using System.Text;
using Softlan.Platform;
using Softlan.Platform.Quic.MsQuic;
using Softlan.Wire;

namespace Softlan.Tests.Fakes;

/// <summary>QUIC without sockets: connects the links of any number of roles on one <see cref="ManualLane"/>, with delay, loss and outages at
/// will.</summary>
/// <remarks>
/// The network itself is the engine of a host at 127.0.0.1; <see cref="HostAt"/> makes others. Nothing is ever delivered from inside a call.
/// Control messages and closes arrive in order and are never lost; datagrams arrive in order unless <see cref="Loses"/> says that they do not.
/// A certificate is the text <c>N is the certificate of NAME</c> as PEM, and its key <c>N is its key</c>: equal numbers belong together. Real
/// ones are taken as well.
/// </remarks>
internal sealed class MemoryNetwork(ManualLane lane) : IQuicEngine
{
    /// <summary>What every real certificate begins with.</summary>
    private const byte DerSequence = 0x30;

    private readonly Dictionary<int, MemoryListener> _listeners = [];
    private int _nextPort = 40000;
    private int _nextCertificate;

    public ManualLane Lane { get; } = lane;

    /// <summary>How long everything is on its way, one way.</summary>
    public TimeSpan Delay { get; set; }

    /// <summary>Asked for each datagram; true: it is lost.</summary>
    public Func<bool> Loses { get; set; } = static () => false;

    /// <summary>On: nothing passes. Links time out after 30 s of it; what is on its way already arrives.</summary>
    public bool IsDown { get; set; }

    /// <summary>What links that are made from now on begin with.</summary>
    public int MaxDatagramLength { get; set; } = 1440;

    /// <summary>Every connecting side's link, oldest first, closed ones too.</summary>
    public List<MemoryNetworkLink> Connections { get; } = [];

    /// <summary>How often a role said that the host's network changed.</summary>
    public int NetworkChanges { get; private set; }

    /// <summary>The engine of a host with this address.</summary>
    public IQuicEngine HostAt(string address) => new Host(this, IPAddress.Parse(address));

    public ILinkListener Listen(ListenOptions options, ILinkAcceptor acceptor)
    {
        int port = options.EndPoint.Port == 0 ? _nextPort++ : options.EndPoint.Port;
        if (_listeners.ContainsKey(port))
        {
            throw SoftlanException.Create($"Cannot listen on UDP port {port}", "another program uses it", "choose another port with --listen");
        }

        Inspect(options.Certificate, "the certificate");
        return _listeners[port] = new MemoryListener(this, options, new IPEndPoint(options.EndPoint.Address, port), acceptor);
    }

    public IFrameLink Connect(ConnectOptions options, PeerCounters counters, IFrameLinkHandler handler) =>
        Connect(IPAddress.Loopback, options, counters, handler);

    public void NetworkChanged() => NetworkChanges++;

    public ServerCertificate GenerateCertificate(string serverName)
    {
        int number = ++_nextCertificate;
        return new ServerCertificate(
            Pem("CERTIFICATE", $"{number} is the certificate of {serverName}"),
            Pem("PRIVATE KEY", $"{number} is its key"));
    }

    public CertificatePin Inspect(ServerCertificate certificate, string origin)
    {
        if (!TryReadPem(certificate.ChainPem, out byte[] chain) || !TryReadPem(certificate.KeyPem, out byte[] key))
        {
            throw SoftlanException.Create($"Cannot use {origin}", "it is not PEM", "give a PEM certificate chain and its key");
        }

        if (chain[0] == DerSequence)
        {
            return PemCertificates.Inspect(certificate, origin);
        }

        if (NumberOf(chain) != NumberOf(key))
        {
            throw SoftlanException.Create(
                $"Cannot use {origin}",
                "certificate and key do not belong together",
                "give the key that the certificate was made for");
        }

        return CertificatePin.FromHash(SHA256.HashData(chain));
    }

    internal MemoryListener? ListenerAt(int port) => _listeners.GetValueOrDefault(port);

    internal void Forget(MemoryListener listener)
    {
        foreach (IPEndPoint endPoint in listener.LocalEndPoints)
        {
            _listeners.Remove(endPoint.Port);
        }
    }

    /// <summary>Runs <paramref name="work"/> on the lane after <paramref name="delay"/>, never before this call returns.</summary>
    internal void After(TimeSpan delay, Action work) => Lane.CreateTimer(work).Set(delay);

    private MemoryNetworkLink Connect(IPAddress from, ConnectOptions options, PeerCounters counters, IFrameLinkHandler handler)
    {
        MemoryNetworkLink link = new(this, counters, options.RemoteEndPoint, options.DatagramLimit) { Handler = handler };
        Connections.Add(link);
        IPEndPoint local = new(from, _nextPort++);
        if (IsDown)
        {
            After(MemoryNetworkLink.IdleTimeout, () => link.End(LinkCloseKind.TimedOut, CloseReason.TimedOut, "no answer from the relay"));
        }
        else if (ListenerAt(options.RemoteEndPoint.Port) is not { } listener)
        {
            After(2 * Delay, () => link.End(LinkCloseKind.Unreachable, CloseReason.TimedOut, "nobody listens there"));
        }
        else if (options.Trust.Pin is { } pin && Inspect(listener.Certificate, "the certificate") is { } actual && pin != actual)
        {
            After(2 * Delay, () => link.End(LinkCloseKind.Untrusted, CloseReason.ProtocolError, $"the relay's pin is {actual}, expected {pin}"));
        }
        else
        {
            After(2 * Delay, () => listener.Admit(link, local));
        }

        return link;
    }

    private static byte[] Pem(string label, string content) =>
        Encoding.ASCII.GetBytes(PemEncoding.WriteString(label, Encoding.UTF8.GetBytes(content)) + '\n');

    private static bool TryReadPem(byte[] file, out byte[] content)
    {
        string text = Encoding.ASCII.GetString(file);
        bool isPem = PemEncoding.TryFind(text, out PemFields fields);
        content = isPem ? Convert.FromBase64String(text[fields.Base64Data]) : [];
        return isPem;
    }

    /// <summary>A role does not own it, and a link of it ends when it is told to.</summary>
    public void Dispose()
    {
    }

    private static string NumberOf(byte[] content) => Encoding.UTF8.GetString(content).Split(' ')[0];

    private sealed class Host(MemoryNetwork network, IPAddress address) : IQuicEngine
    {
        public ILinkListener Listen(ListenOptions options, ILinkAcceptor acceptor) => network.Listen(options, acceptor);

        public IFrameLink Connect(ConnectOptions options, PeerCounters counters, IFrameLinkHandler handler) =>
            network.Connect(address, options, counters, handler);

        public void NetworkChanged() => network.NetworkChanged();

        public ServerCertificate GenerateCertificate(string serverName) => network.GenerateCertificate(serverName);

        public CertificatePin Inspect(ServerCertificate certificate, string origin) => network.Inspect(certificate, origin);

        public void Dispose()
        {
        }
    }
}
