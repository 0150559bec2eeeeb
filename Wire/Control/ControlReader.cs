using System.Buffers.Binary;

namespace Softlan.Wire.Control;

/// <summary>Cuts the bytes of a control stream into messages. One stream has one reader.</summary>
/// <remarks>
/// <code>
/// +----------------------+---------------------------------------+
/// | length, u32 big-end. | one JSON object, UTF-8, length bytes  |
/// +----------------------+---------------------------------------+
/// </code>
/// Memory grows with the bytes that have arrived, at most doubled, and never with the length that was announced.
/// </remarks>
internal sealed class ControlReader
{
    public const int PrefixLength = 4;

    /// <summary>The first buffer, and the largest that is kept between messages. Nearly every message is shorter.</summary>
    private const int SmallBuffer = 512;

    private readonly byte[] _prefix = new byte[PrefixLength];
    private int _prefixFilled;
    private int _bodyLength;
    private byte[] _body = [];
    private int _bodyFilled;
    private bool _isInvalid;

    /// <summary>The stream is gone: gives the memory of an unfinished message back. Nothing may be read after this.</summary>
    public void Clear() => _body = [];

    /// <summary>Takes bytes from the front of <paramref name="input"/> until a message is whole, the input is used up, or a length is wrong. Call it
    /// until it does not return <see cref="ControlReadResult.Message"/>.</summary>
    /// <param name="input">What the stream brought; afterwards what has not been looked at.</param>
    /// <param name="message">Valid until the next call, and no longer than the input.</param>
    public ControlReadResult Read(ref ReadOnlySpan<byte> input, out ReadOnlySpan<byte> message)
    {
        message = default;
        if (!ReadPrefix(ref input))
        {
            return _isInvalid ? ControlReadResult.Invalid : ControlReadResult.NeedMore;
        }

        if (_bodyFilled == 0 && input.Length >= _bodyLength)
        {
            message = input[.._bodyLength];
            input = input[_bodyLength..];
            BeginNext();
            return ControlReadResult.Message;
        }

        int taken = Math.Min(input.Length, _bodyLength - _bodyFilled);
        Append(input[..taken]);
        input = input[taken..];
        if (_bodyFilled < _bodyLength)
        {
            return ControlReadResult.NeedMore;
        }

        message = _body.AsSpan(0, _bodyLength);
        BeginNext();
        return ControlReadResult.Message;
    }

    /// <summary>Whether <see cref="_bodyLength"/> is known.</summary>
    private bool ReadPrefix(ref ReadOnlySpan<byte> input)
    {
        if (_isInvalid)
        {
            return false;
        }

        if (_prefixFilled == PrefixLength)
        {
            return true;
        }

        int taken = Math.Min(input.Length, PrefixLength - _prefixFilled);
        input[..taken].CopyTo(_prefix.AsSpan(_prefixFilled));
        input = input[taken..];
        _prefixFilled += taken;
        if (_prefixFilled < PrefixLength)
        {
            return false;
        }

        uint length = BinaryPrimitives.ReadUInt32BigEndian(_prefix);
        _isInvalid = length is 0 or > ControlCodec.MaxMessageLength;
        _bodyLength = _isInvalid ? 0 : (int)length;
        return !_isInvalid;
    }

    private void Append(ReadOnlySpan<byte> bytes)
    {
        int needed = _bodyFilled + bytes.Length;
        if (needed > _body.Length)
        {
            Array.Resize(ref _body, Math.Max(SmallBuffer, Math.Max(needed, Math.Min(2 * _body.Length, _bodyLength))));
        }

        bytes.CopyTo(_body.AsSpan(_bodyFilled));
        _bodyFilled = needed;
    }

    private void BeginNext()
    {
        _prefixFilled = 0;
        _bodyFilled = 0;

        // The message that was just handed out keeps a large array alive as long as its reader needs it; this one does not.
        if (_body.Length > SmallBuffer)
        {
            _body = [];
        }
    }
}
