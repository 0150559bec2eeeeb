using System.Net;
using System.Net.Sockets;

namespace Softlan.Tests.Loopback;

/// <summary>A path between a client and a listener that can lose packets, limit their size, and change the address under which the client is seen, as a NAT does.</summary>
internal sealed class UdpProxy : IDisposable
{
    private readonly Socket _clientSide = Bind();
    private readonly IPEndPoint _server;
    private readonly byte[] _buffer = new byte[65536];
    private Socket _serverSide = Bind();
    private EndPoint? _client;

    public UdpProxy(IPEndPoint server) => _server = server;

    public IPEndPoint EndPoint => (IPEndPoint)_clientSide.LocalEndPoint!;

    /// <summary>Longer UDP payloads vanish without a word, as in a path MTU black hole.</summary>
    public int MaxLength { get; set; } = int.MaxValue;

    public bool DropsToServer { get; set; }

    public bool DropsToClient { get; set; }

    public long Passed { get; private set; }

    /// <summary>The server sees another source port from now on.</summary>
    public void Rebind()
    {
        _serverSide.Dispose();
        _serverSide = Bind();
    }

    public void Pump()
    {
        while (_clientSide.Available > 0)
        {
            EndPoint from = new IPEndPoint(IPAddress.Any, 0);
            int length = _clientSide.ReceiveFrom(_buffer, ref from);
            _client = from;
            if (!DropsToServer && length <= MaxLength)
            {
                Passed++;
                _serverSide.SendTo(_buffer.AsSpan(0, length), SocketFlags.None, _server);
            }
        }

        while (_serverSide.Available > 0)
        {
            EndPoint from = new IPEndPoint(IPAddress.Any, 0);
            int length = _serverSide.ReceiveFrom(_buffer, ref from);
            if (_client is not null && !DropsToClient && length <= MaxLength)
            {
                Passed++;
                _clientSide.SendTo(_buffer.AsSpan(0, length), SocketFlags.None, _client);
            }
        }
    }

    public void Dispose()
    {
        _clientSide.Dispose();
        _serverSide.Dispose();
    }

    private static Socket Bind()
    {
        Socket socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { ReceiveBufferSize = 4 << 20, SendBufferSize = 4 << 20 };
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return socket;
    }
}
