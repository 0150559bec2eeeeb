using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Softlan.Wire.Control;

namespace Softlan.Platform.Quic.Ngtcp2;

/// <summary>The one stream of a connection, with the control messages of both directions: those to the other side until they are acknowledged, those
/// from it until they are whole.</summary>
/// <param name="chunks">Where the bytes are kept.</param>
/// <param name="maxUnread">Bytes that the other side may leave unacknowledged.</param>
/// <param name="isOurs">This side opens it: it is the client.</param>
[SupportedOSPlatform("linux")]
internal sealed unsafe class ControlStream(ControlChunkPool chunks, int maxUnread, bool isOurs)
{
    /// <summary>Type (1), stream id (1: the control stream is the first), offset (at most 8) and length (2) of a STREAM frame (RFC 9000, section
    /// 19.8).</summary>
    private const int FrameHeader = 1 + 1 + 8 + 2;

    private readonly ControlSendBuffer _pending = new(chunks, maxUnread);
    private readonly ControlReader _reader = new();
    private long _id = -1;

    /// <summary>Either side has opened it.</summary>
    public bool IsOpen => _id >= 0;

    /// <summary>The other side reads it no more (STOP_SENDING). ngtcp2 1.11 has no callback for that, so it shows with the next message.</summary>
    public bool IsRefused { get; private set; }

    public bool HasUnsent => !IsRefused && _pending.HasUnsent;

    /// <summary>Everything that was added has been acknowledged, or never will be.</summary>
    public bool IsDelivered => IsRefused || _pending.IsEmpty;

    public ControlProgress Progress => _pending.Progress;

    /// <summary>Bytes that the other side may leave unacknowledged.</summary>
    public int MaxUnread { get; } = maxUnread;

    /// <returns>False when too much of what was added is not acknowledged.</returns>
    public bool TryAdd(ReadOnlySpan<byte> message) => _pending.TryAdd(message);

    /// <summary>The other side has everything before <paramref name="offset"/>.</summary>
    public void MarkAcknowledged(long offset) => _pending.MarkAcknowledged(offset);

    /// <summary>Begins a packet with as much as fits of what was not sent.</summary>
    /// <param name="connection">ngtcp2_conn.</param>
    /// <param name="packet">Where it is built.</param>
    /// <param name="room">Its bytes.</param>
    /// <param name="path">Where ngtcp2 writes which way it goes.</param>
    /// <param name="now">For ngtcp2.</param>
    /// <param name="used">Grows by what the stream takes.</param>
    /// <returns>The packet's length; NGTCP2_ERR_WRITE_MORE when something may follow in it, or when nothing can be written on the stream now; another
    /// error.</returns>
    public nint Write(nint connection, byte* packet, nuint room, NativeNgtcp2.Path* path, ulong now, ref int used)
    {
        if (_id < 0)
        {
            long stream;
            if (!isOurs || NativeNgtcp2.ConnOpenBidiStream(connection, &stream, 0) != 0)
            {
                return NativeNgtcp2.NGTCP2_ERR_WRITE_MORE; // A relay answers on the stream that the peer opens; there is nothing to write on yet.
            }

            _id = stream;
        }

        nint written = -1;
        ReadOnlySpan<byte> unsent = _pending.Unsent;

        // SAFETY: the bytes are pinned, and ControlSendBuffer leaves them alone until they are acknowledged or ngtcp2 has let go of the connection
        // (Clear), as it demands.
        NativeNgtcp2.Vec vector = new()
        {
            Base = (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(unsent)),
            Length = (nuint)unsent.Length,
        };
        nint length = NativeNgtcp2.ConnWritevStream(
            connection, path, NativeNgtcp2.NGTCP2_PKT_INFO_V1, 0, packet, room, &written,
            NativeNgtcp2.NGTCP2_WRITE_STREAM_FLAG_MORE, _id, &vector, 1, now);
        if (written > 0)
        {
            _pending.MarkSent((int)written);
            used += (int)written + FrameHeader;
        }

        // Flow control closed: leave the stream alone, datagrams go on. ngtcp2 names it only while the connection has credit left, and otherwise
        // writes nothing, as where nothing at all may be sent: the next that is written tells.
        IsRefused |= length is NativeNgtcp2.NGTCP2_ERR_STREAM_SHUT_WR or NativeNgtcp2.NGTCP2_ERR_STREAM_NOT_FOUND;
        bool isBlocked = IsRefused || length is NativeNgtcp2.NGTCP2_ERR_STREAM_DATA_BLOCKED || (length == 0 && written < 0);
        return isBlocked ? NativeNgtcp2.NGTCP2_ERR_WRITE_MORE : length;
    }

    /// <summary>The same with nothing behind it.</summary>
    /// <returns>The packet's length; 0 when nothing can be sent now; an error.</returns>
    public nint WriteAlone(nint connection, byte* packet, nuint room, NativeNgtcp2.Path* path, ulong now)
    {
        int used = 0;
        nint length = Write(connection, packet, room, path, now, ref used);
        if (length != NativeNgtcp2.NGTCP2_ERR_WRITE_MORE)
        {
            return length;
        }

        nint written;
        return NativeNgtcp2.ConnWritevStream(
            connection, path, NativeNgtcp2.NGTCP2_PKT_INFO_V1, 0, packet, room, &written, 0, -1, null, 0, now);
    }

    /// <summary>Bytes have come on a stream. They are consumed at once, so the other side may send as many again.</summary>
    /// <param name="connection">ngtcp2_conn.</param>
    /// <param name="stream">Its id.</param>
    /// <param name="length">How many.</param>
    /// <returns>False: it is another stream, on which nothing may come.</returns>
    public bool TryAccept(nint connection, long stream, int length)
    {
        if (isOurs && stream != _id)
        {
            return false;
        }

        _id = stream;
        _ = NativeNgtcp2.ConnExtendMaxStreamOffset(connection, stream, (ulong)length);
        NativeNgtcp2.ConnExtendMaxOffset(connection, (ulong)length);
        return true;
    }

    /// <summary>The next message in what came, as <see cref="ControlReader.Read"/>.</summary>
    public ControlReadResult Read(ref ReadOnlySpan<byte> data, out ReadOnlySpan<byte> message) => _reader.Read(ref data, out message);

    /// <summary>The connection is gone.</summary>
    public void Clear()
    {
        _pending.Clear();
        _reader.Clear();
    }
}
