using System.Buffers.Binary;

namespace Softlan.Platform.Quic;

/// <summary>Control messages on their way to one peer. QUIC engines read the bytes in place and may do so again until the peer has acknowledged them, so they are pinned and stay.</summary>
internal sealed class ControlSendBuffer
{
    /// <summary>Bytes that a peer may leave unacknowledged. More means that it does not read; the link is then closed.</summary>
    public const int MaxPending = 1024 * 1024;

    private readonly Queue<byte[]> _messages = new();
    private long _firstOffset;
    private long _endOffset;
    private byte[]? _current;
    private long _currentOffset;

    /// <summary>Stream offset of the next byte that was not sent yet.</summary>
    private long _sentOffset;

    /// <summary>Everything that was added has been acknowledged.</summary>
    public bool IsEmpty => _messages.Count == 0;

    public bool HasUnsent => _sentOffset < _endOffset;

    /// <summary>Adds a message with its length prefix (protocol.md, section 2).</summary>
    /// <returns>False when <see cref="MaxPending"/> is exceeded.</returns>
    public bool TryAdd(ReadOnlySpan<byte> message)
    {
        if (_endOffset - _firstOffset + message.Length + sizeof(uint) > MaxPending)
        {
            return false;
        }

        byte[] framed = GC.AllocateUninitializedArray<byte>(sizeof(uint) + message.Length, pinned: true);
        BinaryPrimitives.WriteUInt32BigEndian(framed, (uint)message.Length);
        message.CopyTo(framed.AsSpan(sizeof(uint)));
        _messages.Enqueue(framed);
        _endOffset += framed.Length;
        return true;
    }

    /// <summary>The link is gone, and nobody reads what is here any more.</summary>
    public void Clear()
    {
        _messages.Clear();
        _current = null;
        _firstOffset = _sentOffset = _endOffset;
    }

    /// <summary>The next bytes to send: the unsent part of one message. Empty when there is nothing.</summary>
    public ReadOnlySpan<byte> Unsent
    {
        get
        {
            if (!HasUnsent)
            {
                return default;
            }

            if (_current is null || _sentOffset >= _currentOffset + _current.Length)
            {
                FindCurrent();
            }

            return _current.AsSpan((int)(_sentOffset - _currentOffset));
        }
    }

    public void MarkSent(int length) => _sentOffset += length;

    /// <summary>The peer has everything below <paramref name="offset"/>.</summary>
    public void MarkAcknowledged(long offset)
    {
        while (_messages.Count > 0 && _firstOffset + _messages.Peek().Length <= offset)
        {
            _firstOffset += _messages.Dequeue().Length;
        }
    }

    private void FindCurrent()
    {
        long offset = _firstOffset;
        foreach (byte[] message in _messages)
        {
            if (_sentOffset < offset + message.Length)
            {
                _current = message;
                _currentOffset = offset;
                return;
            }

            offset += message.Length;
        }
    }
}
