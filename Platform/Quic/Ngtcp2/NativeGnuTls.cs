using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace Softlan.Platform.Quic.Ngtcp2;

/// <summary>The GnuTLS calls softlan makes, and the constants they take (gnutls/gnutls.h, x509.h, crypto.h of 3.7). Declarations only.</summary>
[SupportedOSPlatform("linux")]
internal static partial class NativeGnuTls
{
    private const string GnuTls = "gnutls";

    // gnutls_rnd_level_t
    public const int GNUTLS_RND_RANDOM = 1;

    [LibraryImport(GnuTls, EntryPoint = "gnutls_rnd")]
    public static partial int Rnd(int level, Span<byte> data, nuint length);
}
