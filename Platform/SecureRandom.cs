using Softlan.Platform.Quic.Ngtcp2;

namespace Softlan.Platform;

/// <summary>Unpredictable bytes from the TLS library of the engine, so that no second crypto library is needed at run time.</summary>
internal static class SecureRandom
{
    public static void Fill(Span<byte> bytes)
    {
        if (!OperatingSystem.IsLinux())
        {
            throw new PlatformNotSupportedException("softlan runs on Linux so far.");
        }

        int result = NativeGnuTls.Rnd(NativeGnuTls.GNUTLS_RND_RANDOM, bytes, (nuint)bytes.Length);
        if (result < 0)
        {
            throw new InvalidOperationException($"GnuTLS has no random bytes (error {result}).");
        }
    }
}
