using System.Security.Cryptography;
using Softlan.Platform.Quic.Ngtcp2;

namespace Softlan.Platform;

/// <summary>Unpredictable bytes. On Linux from the TLS library that the executable contains, so that no second crypto library is needed at run time;
/// elsewhere from the operating system.</summary>
internal static class SecureRandom
{
    /// <summary>A number that nobody else knows, for hashes of what strangers choose.</summary>
    public static ulong NextUInt64()
    {
        Span<byte> random = stackalloc byte[sizeof(ulong)];
        Fill(random);
        return BitConverter.ToUInt64(random);
    }

    public static void Fill(Span<byte> bytes)
    {
        if (!OperatingSystem.IsLinux())
        {
            RandomNumberGenerator.Fill(bytes);
            return;
        }

        int result = NativeGnuTls.Rnd(NativeGnuTls.GNUTLS_RND_RANDOM, bytes, (nuint)bytes.Length);
        if (result < 0)
        {
            throw new InvalidOperationException($"GnuTLS has no random bytes (error {result}).");
        }
    }
}
