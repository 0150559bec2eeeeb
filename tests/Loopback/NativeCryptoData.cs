using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace Softlan.Tests.Loopback;

/// <summary>Puts TLS messages of a test's own into a connection (ngtcp2/ngtcp2.h).</summary>
[SupportedOSPlatform("linux")]
internal static unsafe partial class NativeCryptoData
{
    private const string Ngtcp2 = "ngtcp2";

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

    [LibraryImport(Ngtcp2, EntryPoint = "ngtcp2_conn_submit_crypto_data")]
    private static partial int Submit(nint connection, int level, byte* data, nuint length);
}
