using System.Buffers.Binary;
using Softlan.Wire;

namespace Softlan.Tests.Roles.Relay;

/// <summary>Frames that a test sends. The payload is a counter, so that two frames differ and a spliced one is seen.</summary>
internal static class TestFrame
{
    public static byte[] Make(MacAddress source, MacAddress destination, int length = 60, ushort etherType = 0x88b6, byte seed = 1)
    {
        byte[] frame = new byte[length];
        destination.Write(frame);
        source.Write(frame.AsSpan(MacAddress.Length));
        BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(12), etherType);
        for (int i = FrameLimits.HeaderLength; i < length; i++)
        {
            frame[i] = (byte)(seed + (i * 7));
        }

        return frame;
    }
}
