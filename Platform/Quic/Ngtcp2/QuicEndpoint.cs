using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Softlan.Platform.Linux;

namespace Softlan.Platform.Quic.Ngtcp2;

/// <summary>One UDP socket and the connections on it: a listener with thousands, or a client's with one.</summary>
[SupportedOSPlatform("linux")]
internal sealed unsafe class QuicEndpoint : IPollable, ITurnEnd, IDisposable
{
    /// <summary>The header form bit (RFC 9000, section 17.2).</summary>
    public const byte LongHeader = 0x80;

    /// <summary>Connections without frames to send that one turn serves: acknowledgements, and what a room is told when somebody joins it. More of
    /// them wait for the next turns, in which frames that came meanwhile go first: a join in a room of hundreds would hold those up for
    /// milliseconds.</summary>
    private const int MaxFramelessPerTurn = 8;

    // Nearly every packet names a connection id of ours, which is eight bytes; the ids that clients make up for their first packets have any length.
    private readonly Dictionary<ShortCid, QuicConnection> _byShortCid = [];
    private readonly Dictionary<CidKey, QuicConnection> _byOtherCid = [];

    private readonly QuicServer? _server;
    private readonly byte[] _resetSecret;
    private List<QuicConnection> _dirty = [];
    private List<QuicConnection> _dirtySpare = [];
    private readonly List<QuicConnection> _unsettled = [];
    private ShortCid _latestCid;
    private QuicConnection? _latest;
    private TurnEndRequest _turnEnd;
    private bool _socketIsFull;
    private bool _isDisposed;

    /// <param name="engine">Whose loop and memory it uses.</param>
    /// <param name="socket">Owned from here on.</param>
    /// <param name="resetSecret">32 bytes; stateless reset tokens are made from it.</param>
    /// <param name="server">What answers packets of unknown connections; null on a client.</param>
    public QuicEndpoint(Ngtcp2Engine engine, UdpSocket socket, byte[] resetSecret, QuicServer? server)
    {
        Engine = engine;
        _turnEnd = new TurnEndRequest(engine.Loop, this);
        Socket = socket;
        Transmit = new UdpTransmitBatch(socket, engine.Loop);
        _resetSecret = resetSecret;
        _server = server;

        // SAFETY: ngtcp2 writes into it where each packet goes: two addresses behind the path that points to them. It writes an address's own length,
        // 28 bytes at most, and keeps no pointer. Freed with this, after the connections that use it (Dispose).
        TransmitPath = (NativeNgtcp2.Path*)NativeMemory.AllocZeroed((nuint)(sizeof(NativeNgtcp2.Path) + (2 * sizeof(SockAddr))));
        SockAddr* addresses = (SockAddr*)(TransmitPath + 1);
        TransmitPath->Local.Address = addresses;
        TransmitPath->Remote.Address = addresses + 1;
        try
        {
            engine.Loop.Add(socket.Fd, PollEvents.Readable, this);
        }
        catch
        {
            Free();
            throw;
        }
    }

    public Ngtcp2Engine Engine { get; }

    public UdpSocket Socket { get; }

    public bool IsDisposed => _isDisposed;

    public UdpTransmitBatch Transmit { get; }

    /// <summary>Where ngtcp2 writes which way a packet goes; good until the next write.</summary>
    public NativeNgtcp2.Path* TransmitPath { get; }

    /// <summary>Every connection once, shadows of closed ones included.</summary>
    public HashSet<QuicConnection> Connections { get; } = [];

    public void OnReady(PollEvents events)
    {
        if ((events & PollEvents.Writable) != 0)
        {
            RequestFlush();
            _socketIsFull = false;
            Engine.Loop.Modify(Socket.Fd, PollEvents.Readable, this);
        }

        if ((events & ~PollEvents.Writable) != 0)
        {
            Receive();
            if ((events & PollEvents.Error) != 0)
            {
                Socket.DropErrors();
            }

            TellRefusal();
        }
    }

    public void OnTurnEnd()
    {
        _turnEnd.Begin();
        if (_socketIsFull || _isDisposed)
        {
            return;
        }

        Engine.Loop.RefreshNanoseconds();
        (List<QuicConnection> dirty, _dirty) = (_dirty, _dirtySpare);
        bool taken = true;
        int frameless = 0;
        foreach (QuicConnection connection in dirty)
        {
            connection.IsDirty = false;
            bool waits = !connection.HasFrames && ++frameless > MaxFramelessPerTurn;
            taken = taken && (waits || connection.Transmit());
            if (waits || !taken)
            {
                MarkDirty(connection);
            }
        }

        dirty.Clear();
        _dirtySpare = dirty;
        bool flushed = Transmit.Flush();
        taken &= Settle();
        flushed = flushed && Transmit.Flush();
        if (!flushed || !taken)
        {
            _socketIsFull = true;
            Engine.Loop.Modify(Socket.Fd, PollEvents.Readable | PollEvents.Writable, this);
        }

        _server?.BeginWaiting();
        TellRefusal();
    }

    /// <summary>The connection has something to write, or a timer of it fired.</summary>
    public void MarkDirty(QuicConnection connection)
    {
        if (!connection.IsDirty)
        {
            connection.IsDirty = true;
            _dirty.Add(connection);
        }

        RequestFlush();
    }

    /// <summary>The connection has something to do behind the packets of this turn. Whoever says so before the turn's end asks for that with
    /// <see cref="RequestFlush"/>.</summary>
    public void SettleLater(QuicConnection connection)
    {
        if (!connection.IsUnsettled)
        {
            connection.IsUnsettled = true;
            _unsettled.Add(connection);
        }
    }

    /// <summary>What is in <see cref="Transmit"/> leaves at the end of this turn.</summary>
    public void RequestFlush() => _turnEnd.Make();

    /// <summary>A connection id for a connection of this endpoint.</summary>
    public NativeNgtcp2.Cid NewCid() => _server?.NewCid() ?? Ngtcp2Engine.NewCid();

    public IFrameLinkHandler Accept(QuicConnection connection) => _server!.Accept(connection);

    /// <summary>Packets for this id are this connection's.</summary>
    public void Map(CidKey cid, QuicConnection connection)
    {
        if (cid.IsShort)
        {
            _byShortCid[cid.Short] = connection;
        }
        else
        {
            _byOtherCid[cid] = connection;
        }

        Connections.Add(connection);
    }

    /// <summary>Packets for this id are nobody's.</summary>
    public void Unmap(CidKey cid)
    {
        _latest = null;
        _ = cid.IsShort ? _byShortCid.Remove(cid.Short) : _byOtherCid.Remove(cid);
    }

    /// <summary>Makes the token by which the other side will recognise our stateless reset for this id (RFC 9000, section 10.3.2).</summary>
    /// <param name="cid">Ours.</param>
    /// <param name="token">16 bytes.</param>
    public bool WriteResetToken(NativeNgtcp2.Cid* cid, byte* token)
    {
        // SAFETY: the secret is pinned for the call, which writes the 16 bytes of a token and keeps no pointer.
        fixed (byte* secret = _resetSecret)
        {
            return NativeNgtcp2.CryptoGenerateStatelessResetToken(token, secret, (nuint)_resetSecret.Length, cid) == 0;
        }
    }

    /// <summary>What the operating system said when a packet could not be sent to <paramref name="remote"/>; null if it took all.</summary>
    public string? SendErrorFor(SockAddr remote) =>
        Transmit.LastError == 0 || !Transmit.LastErrorRemote.Equals(remote) ? null
        : Transmit.LastError == Errno.EMSGSIZE ? $"{Errno.Text(Errno.EMSGSIZE)}; QUIC needs an MTU of 1280 on the way there"
        : Errno.Text(Transmit.LastError);

    /// <summary>A connection was reported as closed.</summary>
    public void OnEnded(QuicConnection connection) => _server?.OnEnded(connection);

    /// <summary>Only the shadow of a connection is left.</summary>
    public void OnFreed(QuicConnection connection) => _server?.OnFreed(connection);

    /// <summary>The last trace of a connection is gone. A client's socket has no other use.</summary>
    public void OnForgotten(QuicConnection connection)
    {
        Connections.Remove(connection);
        if (_server is null && Connections.Count == 0)
        {
            Dispose();
        }
    }

    public void Dispose()
    {
        if (_isDisposed)
        {
            return;
        }

        _isDisposed = true;
        foreach (QuicConnection connection in Connections)
        {
            connection.FinishGoodbye();
        }

        Transmit.Flush();
        foreach (QuicConnection connection in Connections.ToArray())
        {
            connection.Dispose();
        }

        Engine.Loop.Remove(Socket.Fd);
        Engine.OnDisposed(this);
        Free();
        _server?.OnEndpointDisposed();
    }

    private void Free()
    {
        Transmit.Dispose();
        Socket.Dispose();
        NativeMemory.Free(TransmitPath);
    }

    private bool Settle()
    {
        bool taken = true;
        foreach (QuicConnection connection in _unsettled)
        {
            connection.IsUnsettled = false;
            if (!connection.Settle())
            {
                taken = false;
                MarkDirty(connection);
            }
        }

        _unsettled.Clear();
        return taken;
    }

    /// <summary>Only a client's socket hears of it.</summary>
    private void TellRefusal()
    {
        if (!Socket.IsRefused || _isDisposed)
        {
            return;
        }

        Socket.IsRefused = false;
        foreach (QuicConnection only in Connections)
        {
            only.OnRefused();
            break;
        }
    }

    private void Receive()
    {
        int messages = Engine.ReceiveBatch.Receive(Socket, Engine.Loop.HasRested);
        for (int i = 0; i < messages && !_isDisposed; i++)
        {
            SockAddr local = Socket.LocalAddress;
            byte* message = Engine.ReceiveBatch.Message(i, out int length, out int datagramLength, out SockAddr* remote, ref local);
            for (int offset = 0; offset < length && !_isDisposed; offset += datagramLength)
            {
                OnDatagram(message + offset, Math.Min(datagramLength, length - offset), remote, &local);
            }
        }
    }

    /// <summary>Gives a UDP datagram with a long header to the connection that its id names, if there is one. Borrowed.</summary>
    public bool TryDeliver(byte* packet, int length, SockAddr* remote, SockAddr* local) =>
        TryDeliver(packet, length, remote, local, out _, out _);

    /// <summary>One UDP datagram. Borrowed.</summary>
    public void OnDatagram(byte* packet, int length, SockAddr* remote, SockAddr* local)
    {
        if (remote->Port == 0)
        {
            _server?.OnUnanswerable(); // Nobody is there (RFC 768), and the kernel would refuse the whole batch.
            return;
        }

        // A short header: its id comes right behind the first byte (RFC 9000, section 17.3.1). The packets of one GRO message are of one connection.
        if ((packet[0] & LongHeader) == 0 && length > Ngtcp2Engine.CidLength)
        {
            ShortCid cid = new(Unsafe.ReadUnaligned<ulong>(packet + 1));
            if ((cid == _latestCid && _latest is { } connection) || _byShortCid.TryGetValue(cid, out connection))
            {
                _latestCid = cid;
                _latest = connection;
                connection.Receive(packet, length, remote, local);
                return;
            }
        }

        OnOtherDatagram(packet, length, remote, local);
    }

    private void OnOtherDatagram(byte* packet, int length, SockAddr* remote, SockAddr* local)
    {
        if (TryDeliver(packet, length, remote, local, out NativeNgtcp2.VersionCid header, out int decoded))
        {
            return;
        }

        if (_server is not null)
        {
            _server.OnUnknown(packet, length, &header, decoded, remote, local);
            return;
        }

        // A stateless reset looks like a packet for a random id; only the connection can recognise its token (RFC 9000, section 10.3.1).
        foreach (QuicConnection only in Connections)
        {
            only.Receive(packet, length, remote, local);
            break;
        }
    }

    private bool TryDeliver(
        byte* packet, int length, SockAddr* remote, SockAddr* local, out NativeNgtcp2.VersionCid header, out int decoded)
    {
        NativeNgtcp2.VersionCid read;
        decoded = NativeNgtcp2.PktDecodeVersionCid(&read, packet, (nuint)length, Ngtcp2Engine.CidLength);
        header = read;
        if (decoded != 0 || read.DcidLength > NativeNgtcp2.NGTCP2_MAX_CIDLEN
            || Find(new CidKey(new ReadOnlySpan<byte>(read.Dcid, (int)read.DcidLength))) is not { } connection)
        {
            return false;
        }

        connection.Receive(packet, length, remote, local);
        return true;
    }

    private QuicConnection? Find(CidKey cid) => cid.IsShort ? _byShortCid.GetValueOrDefault(cid.Short) : _byOtherCid.GetValueOrDefault(cid);
}
