using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Softlan.Wire;

namespace Softlan.Platform.Quic.Ngtcp2;

/// <summary>Turns GnuTLS' return codes into errors for people.</summary>
[SupportedOSPlatform("linux")]
internal static class GnuTlsError
{
    public static string Text(int error) => Marshal.PtrToStringUTF8(NativeGnuTls.Strerror(error)) is { } text
        ? $"{text.TrimEnd('.')} (GnuTLS {error})"
        : $"GnuTLS error {error}";

    /// <summary>Throws when <paramref name="result"/> is negative.</summary>
    public static void ThrowIfFailed(int result, string what, string? hint = null)
    {
        if (result < 0)
        {
            throw SoftlanException.Create(what, Text(result), hint);
        }
    }
}
