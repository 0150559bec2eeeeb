using System.Buffers.Binary;

namespace Softlan.Wire.Control;

/// <summary>Puts the length in front of a control message, for <see cref="ControlReader"/> on the other side.</summary>
internal static class ControlWriter
{
    /// <summary>Writes <see cref="ControlReader.PrefixLength"/> bytes to the start of <paramref name="destination"/>.</summary>
    /// <param name="destination">Where the message begins on the stream.</param>
    /// <param name="messageLength">1 to <see cref="ControlCodec.MaxMessageLength"/> bytes.</param>
    public static void WritePrefix(Span<byte> destination, int messageLength)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(messageLength, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(messageLength, ControlCodec.MaxMessageLength);
        BinaryPrimitives.WriteUInt32BigEndian(destination, (uint)messageLength);
    }
}
