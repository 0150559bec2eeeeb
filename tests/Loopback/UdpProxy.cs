using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Softlan.Tests.Loopback;

/// <summary>A path between a client and a listener that can take its time, lose packets, limit their size, and change the address under which the
/// client is seen, as a NAT does.</summary>
internal sealed class UdpProxy : IDisposable
{
    private readonly Socket _clientSide;
    private readonly IPEndPoint _server;
    private readonly byte[] _buffer = new byte[65536];
    private readonly Queue<(long Due, bool IsToServer, byte[] Packet)> _underWay = new();
    private readonly Random _random = new(1);
    private readonly IPAddress _source;
    private Socket _serverSide;
    private EndPoint? _client;

    /// <param name="server">Where it leads.</param>
    /// <param name="source">From where the server sees it come; null: 127.0.0.1.</param>
    public UdpProxy(IPEndPoint server, IPAddress? source = null)
    {
        _server = server;
        _source = source ?? IPAddress.Loopback;
        _clientSide = Bind(IPAddress.Loopback);
        _serverSide = Bind(_source);
    }

    public IPEndPoint EndPoint => (IPEndPoint)_clientSide.LocalEndPoint!;

    /// <summary>Longer UDP payloads vanish without a word, as in a path MTU black hole.</summary>
    public int MaxLength { get; set; } = int.MaxValue;

    /// <summary>The same for what goes to the client: a Retry is short, a server's first answer is not.</summary>
    public int MaxLengthToClient { get; set; } = int.MaxValue;

    /// <summary>Added to the round trip by halves.</summary>
    public TimeSpan RoundTrip { get; set; }

    /// <summary>One packet in so many is lost each way, by chance; 0: none is.</summary>
    public int LosesOneIn { get; set; }

    public bool DropsToServer { get; set; }

    public bool DropsToClient { get; set; }

    public long Passed { get; private set; }

    /// <summary>The port from which the server sees it come.</summary>
    public int SourcePort => ((IPEndPoint)_serverSide.LocalEndPoint!).Port;

    /// <summary>The server sees another source port from now on.</summary>
    /// <param name="port">0: any that is free.</param>
    public void Rebind(int port = 0)
    {
        _serverSide.Dispose();
        _serverSide = Bind(_source, port);
    }

    public void Pump()
    {
        while (_clientSide.Available > 0)
        {
            EndPoint from = new IPEndPoint(IPAddress.Any, 0);
            int length = _clientSide.ReceiveFrom(_buffer, ref from);
            _client = from;
            if (!DropsToServer)
            {
                Take(length, isToServer: true);
            }
        }

        while (_serverSide.Available > 0)
        {
            EndPoint from = new IPEndPoint(IPAddress.Any, 0);
            int length = _serverSide.ReceiveFrom(_buffer, ref from);
            if (_client is not null && !DropsToClient)
            {
                Take(length, isToServer: false);
            }
        }

        while (_underWay.TryPeek(out (long Due, bool IsToServer, byte[] Packet) next) && next.Due <= Stopwatch.GetTimestamp())
        {
            Pass(next.Packet, next.IsToServer);
            _underWay.Dequeue();
        }
    }

    public void Dispose()
    {
        _clientSide.Dispose();
        _serverSide.Dispose();
    }

    private void Take(int length, bool isToServer)
    {
        if (length > MaxLength || (!isToServer && length > MaxLengthToClient) || (LosesOneIn > 0 && _random.Next(LosesOneIn) == 0))
        {
            return;
        }

        if (RoundTrip == default)
        {
            Pass(_buffer.AsSpan(0, length), isToServer);
        }
        else
        {
            _underWay.Enqueue((Stopwatch.GetTimestamp() + (long)(RoundTrip.TotalSeconds / 2 * Stopwatch.Frequency), isToServer, _buffer[..length]));
        }
    }

    private void Pass(ReadOnlySpan<byte> packet, bool isToServer)
    {
        Passed++;
        if (isToServer)
        {
            _serverSide.SendTo(packet, SocketFlags.None, _server);
        }
        else
        {
            _clientSide.SendTo(packet, SocketFlags.None, _client!);
        }
    }

    private static Socket Bind(IPAddress address, int port = 0)
    {
        Socket socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { ReceiveBufferSize = 4 << 20, SendBufferSize = 4 << 20 };
        socket.Bind(new IPEndPoint(address, port));
        return socket;
    }
}
