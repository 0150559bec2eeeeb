using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace Softlan.Tests.Loopback;

/// <summary>Puts TLS messages of a test's own into a connection, and asks what was negotiated (ngtcp2/ngtcp2.h, gnutls/gnutls.h).</summary>
[SupportedOSPlatform("linux")]
internal static unsafe partial class NativeCryptoData
{
    private const string Ngtcp2 = "ngtcp2";
    private const string GnuTls = "gnutls";

    /// <summary>NGTCP2_ENCRYPTION_LEVEL_1RTT.</summary>
    private const int OneRtt = 2;

    /// <param name="connection">ngtcp2_conn.</param>
    /// <param name="message">Kept for ever: ngtcp2 sends it from where it is, and again if it is lost.</param>
    /// <returns>0, or ngtcp2's error.</returns>
    public static int Submit(nint connection, ReadOnlySpan<byte> message)
    {
        // SAFETY: as long as the message, and never freed.
        byte* data = (byte*)NativeMemory.Alloc((nuint)message.Length);
        message.CopyTo(new Span<byte>(data, message.Length));
        return Submit(connection, OneRtt, data, (nuint)message.Length);
    }

    /// <summary>The cipher of a connection's packets, by GnuTLS' name for it.</summary>
    /// <param name="connection">ngtcp2_conn.</param>
    public static string? CipherOf(nint connection) => Marshal.PtrToStringUTF8(CipherName(Cipher(TlsSession(connection))));

    [LibraryImport(Ngtcp2, EntryPoint = "ngtcp2_conn_get_tls_native_handle")]
    private static partial nint TlsSession(nint connection);

    [LibraryImport(GnuTls, EntryPoint = "gnutls_cipher_get")]
    private static partial int Cipher(nint session);

    // A constant of the library's.
    [LibraryImport(GnuTls, EntryPoint = "gnutls_cipher_get_name")]
    private static partial nint CipherName(int cipher);

    [LibraryImport(Ngtcp2, EntryPoint = "ngtcp2_conn_submit_crypto_data")]
    private static partial int Submit(nint connection, int level, byte* data, nuint length);
}
