using System.Buffers.Binary;
using System.Runtime.Versioning;
using System.Security.Cryptography;
using System.Text;
using Softlan.Platform.Quic.Ngtcp2;

namespace Softlan.Tests.Loopback;

/// <summary>The first packet of a client, with content of a test's own (RFC 9000, section 17.2.2; RFC 9001, section 5).</summary>
[SupportedOSPlatform("linux")]
internal static class InitialPacket
{
    private const int Length = 1200;
    private const int CidLength = Ngtcp2Engine.CidLength;
    private const int NumberLength = 4;
    private const int TagLength = 16;
    private const int SampleLength = 16;

    /// <summary>initial_salt of version 1.</summary>
    private static ReadOnlySpan<byte> Salt =>
        [0x38, 0x76, 0x2c, 0xf7, 0xf5, 0x59, 0x34, 0xb3, 0x4d, 0x17, 0x9a, 0xe6, 0xa4, 0xc8, 0x0c, 0xad, 0xcc, 0xbb, 0x7f, 0x0a];

    /// <param name="frames">Padding follows.</param>
    public static byte[] Make(ReadOnlySpan<byte> frames)
    {
        byte[] dcid = RandomNumberGenerator.GetBytes(CidLength);
        byte[] packet = new byte[Length];
        byte[] head = [0xc0 | (NumberLength - 1), 0, 0, 0, 1, CidLength, .. dcid, CidLength, .. RandomNumberGenerator.GetBytes(CidLength), 0];
        head.CopyTo(packet, 0);
        int number = head.Length + sizeof(ushort);
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(head.Length), (ushort)(0x4000 | (Length - number)));

        byte[] secret = Expand(HKDF.Extract(HashAlgorithmName.SHA256, dcid, Salt.ToArray()), "client in", 32);
        byte[] plain = new byte[Length - number - NumberLength - TagLength];
        frames.CopyTo(plain);
        using AesGcm seal = new(Expand(secret, "quic key", 16), TagLength);
        seal.Encrypt(
            Expand(secret, "quic iv", 12), // The packet's number, which is 0, changes nothing.
            plain,
            packet.AsSpan(number + NumberLength, plain.Length),
            packet.AsSpan(Length - TagLength),
            packet.AsSpan(0, number + NumberLength));

        using Aes mask = Aes.Create();
        mask.Key = Expand(secret, "quic hp", 16);
        byte[] bits = mask.EncryptEcb(packet.AsSpan(number + 4, SampleLength), PaddingMode.None);
        packet[0] ^= (byte)(bits[0] & 0x0f);
        for (int i = 0; i < NumberLength; i++)
        {
            packet[number + i] ^= bits[1 + i];
        }

        return packet;
    }

    /// <summary>HKDF-Expand-Label (RFC 8446, section 7.1) without a context.</summary>
    private static byte[] Expand(byte[] secret, string label, int length)
    {
        byte[] name = Encoding.ASCII.GetBytes($"tls13 {label}");
        return HKDF.Expand(HashAlgorithmName.SHA256, secret, length, [0, (byte)length, (byte)name.Length, .. name, 0]);
    }
}
