namespace Softlan.Tests.Wire.Offload;

/// <summary>RFC 1071 as it is written: one byte after the other, big-endian. What the fast implementation is compared with.</summary>
internal static class ReferenceChecksum
{
    /// <summary>The one's-complement sum, not complemented.</summary>
    public static int Sum(IReadOnlyList<byte> bytes, int sum = 0)
    {
        for (int i = 0; i < bytes.Count; i++)
        {
            sum += i % 2 == 0 ? bytes[i] << 8 : bytes[i];
            sum = (sum & 0xffff) + (sum >> 16);
        }

        return sum;
    }

    public static ushort Finish(int sum) => (ushort)(~sum & 0xffff);

    /// <summary>The pseudo header's sum, not complemented.</summary>
    public static int Pseudo(byte[] source, byte[] destination, byte protocol, int length) =>
        Sum([.. source, .. destination, 0, protocol, (byte)(length >> 8), (byte)length]);
}
