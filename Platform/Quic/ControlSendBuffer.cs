using System.Diagnostics;
using Softlan.Wire.Control;

namespace Softlan.Platform.Quic;

/// <summary>Control messages on their way to one peer, as the bytes of its control stream.</summary>
/// <remarks>
/// QUIC engines read the bytes in place and may do so again until the peer has acknowledged them. So they lie in pinned chunks, of which each goes
/// back to the pool when all of it is acknowledged; a link that waits for nothing holds none.
/// <code>
///         first                              last
///         [ acknowledged | sent ][ sent | unsent ][ unsent | free ]
/// offset           acknowledged         sent              end
/// </code>
/// </remarks>
/// <param name="pool">Where the chunks come from.</param>
/// <param name="maxPending">Bytes that the peer may leave unacknowledged. More means that it does not read; the link is then closed.</param>
internal sealed class ControlSendBuffer(ControlChunkPool pool, int maxPending)
{
    private ControlChunk? _first;
    private ControlChunk? _last;

    /// <summary>Where the next byte to send lies; null when everything in the chunks was sent.</summary>
    private ControlChunk? _sending;

    // Offsets in the stream: of the first chunk's first byte, and of what the picture shows.
    private long _firstOffset;
    private long _acknowledgedOffset;
    private long _sentOffset;
    private long _endOffset;

    /// <summary>Bytes of the last chunk that are in use.</summary>
    private int _lastUsed;

    /// <summary>Bytes of <see cref="_sending"/> that were sent.</summary>
    private int _sendingSent;

    /// <summary>Everything that was added has been acknowledged.</summary>
    public bool IsEmpty => _acknowledgedOffset == _endOffset;

    public ControlProgress Progress => new(_endOffset, _acknowledgedOffset);

    public bool HasUnsent => _sentOffset < _endOffset;

    /// <summary>Adds a message with its length prefix (protocol.md, section 2).</summary>
    /// <returns>False when too much is not acknowledged.</returns>
    public bool TryAdd(ReadOnlySpan<byte> message)
    {
        if (_endOffset - _acknowledgedOffset + ControlReader.PrefixLength + message.Length > maxPending)
        {
            return false;
        }

        Span<byte> prefix = stackalloc byte[ControlReader.PrefixLength];
        ControlWriter.WritePrefix(prefix, message.Length);
        Append(prefix);
        Append(message);
        return true;
    }

    /// <summary>The next bytes to send, of one message or of several; what lies in further chunks comes after <see cref="MarkSent"/>. Empty when
    /// there is nothing.</summary>
    public ReadOnlySpan<byte> Unsent
    {
        get
        {
            if (_sending is null)
            {
                return default;
            }

            int end = ReferenceEquals(_sending, _last) ? _lastUsed : ControlChunk.Length;
            return _sending.Bytes.AsSpan(_sendingSent, end - _sendingSent);
        }
    }

    /// <summary>The engine has taken over the first <paramref name="length"/> bytes of <see cref="Unsent"/>.</summary>
    public void MarkSent(int length)
    {
        _sentOffset += length;
        _sendingSent += length;
        if (_sendingSent == ControlChunk.Length || !HasUnsent)
        {
            _sending = HasUnsent ? _sending!.Next : null;
            _sendingSent = 0;
        }
    }

    /// <summary>The peer has everything below <paramref name="offset"/>, so the engine does not read that any more.</summary>
    public void MarkAcknowledged(long offset)
    {
        Debug.Assert(offset >= _acknowledgedOffset && offset <= _sentOffset, "The peer cannot have what was not sent.");
        _acknowledgedOffset = offset;
        while (_first is { } first && (offset >= _firstOffset + ControlChunk.Length || IsEmpty))
        {
            _first = first.Next;
            _firstOffset += ControlChunk.Length;
            pool.Return(first);
        }

        if (_first is null)
        {
            _last = null;
        }
    }

    /// <summary>The engine has let go of the connection and reads nothing of it any more.</summary>
    public void Clear()
    {
        _sending = null;
        _sentOffset = _endOffset;
        MarkAcknowledged(_endOffset);
    }

    private void Append(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            if (_last is null || _lastUsed == ControlChunk.Length)
            {
                AddChunk();
            }

            if (_sending is null)
            {
                _sending = _last;
                _sendingSent = _lastUsed;
            }

            int taken = Math.Min(bytes.Length, ControlChunk.Length - _lastUsed);
            bytes[..taken].CopyTo(_last!.Bytes.AsSpan(_lastUsed));
            bytes = bytes[taken..];
            _lastUsed += taken;
            _endOffset += taken;
        }
    }

    private void AddChunk()
    {
        ControlChunk chunk = pool.Rent();
        if (_last is null)
        {
            _first = chunk;
            _firstOffset = _endOffset;
        }
        else
        {
            _last.Next = chunk;
        }

        _last = chunk;
        _lastUsed = 0;
    }
}
