using System.Diagnostics;
#if DEBUG
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
#endif
using System.Runtime.Versioning;

namespace Softlan.Platform.Quic.Ngtcp2;

/// <summary>Writes TLS secrets to the file that SSLKEYLOGFILE names, so that a capture can be decrypted. Compiled into debug builds only: what
/// players download cannot do this.</summary>
[SupportedOSPlatform("linux")]
internal static unsafe partial class KeyLog
{
    [Conditional("DEBUG")]
    public static void Attach(nint session)
    {
#if DEBUG
        if (Environment.GetEnvironmentVariable("SSLKEYLOGFILE") is { Length: > 0 })
        {
            NativeKeyLog.SessionSetKeylogFunction(session, &Write);
        }
#endif
    }

#if DEBUG
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Write(nint session, byte* label, NativeGnuTls.Datum* secret)
    {
        try
        {
            NativeGnuTls.Datum client;
            NativeGnuTls.Datum server;
            NativeKeyLog.SessionGetRandom(session, &client, &server);
            string random = Convert.ToHexStringLower(new ReadOnlySpan<byte>(client.Data, (int)client.Size));
            string value = Convert.ToHexStringLower(new ReadOnlySpan<byte>(secret->Data, (int)secret->Size));
            File.AppendAllText(Environment.GetEnvironmentVariable("SSLKEYLOGFILE")!, $"{Marshal.PtrToStringUTF8((nint)label)} {random} {value}\n");
            return 0;
        }
        catch (Exception)
        {
            return 0; // The handshake matters more than its log; and nothing may unwind into native frames.
        }
    }

    private static partial class NativeKeyLog
    {
        [LibraryImport("gnutls", EntryPoint = "gnutls_session_set_keylog_function")]
        public static partial void SessionSetKeylogFunction(nint session, delegate* unmanaged[Cdecl]<nint, byte*, NativeGnuTls.Datum*, int> function);

        [LibraryImport("gnutls", EntryPoint = "gnutls_session_get_random")]
        public static partial void SessionGetRandom(nint session, NativeGnuTls.Datum* client, NativeGnuTls.Datum* server);
    }
#endif
}
