using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Softlan.Platform.Linux;
using Softlan.Platform.Quic.Ngtcp2;
using Xunit;

namespace Softlan.Tests.Loopback;

/// <summary>Does to a connection's ngtcp2_conn what softlan never does, and asks what was negotiated (ngtcp2/ngtcp2.h, gnutls/gnutls.h).</summary>
[SupportedOSPlatform("linux")]
internal static unsafe partial class Ngtcp2Connection
{
    private const string Ngtcp2 = "ngtcp2";
    private const string GnuTls = "gnutls";

    /// <summary>NGTCP2_ENCRYPTION_LEVEL_1RTT.</summary>
    private const int OneRtt = 2;

    /// <summary>Puts a TLS message of a test's own into the connection.</summary>
    /// <param name="connection">One that is connected.</param>
    /// <param name="message">Kept for ever: ngtcp2 sends it from where it is, and again if it is lost.</param>
    /// <returns>0, or ngtcp2's error.</returns>
    public static int SubmitCryptoData(QuicConnection connection, ReadOnlySpan<byte> message)
    {
        // SAFETY: as long as the message, and never freed.
        byte* data = (byte*)NativeMemory.Alloc((nuint)message.Length);
        message.CopyTo(new Span<byte>(data, message.Length));
        return SubmitCryptoData(NativeOf(connection), OneRtt, data, (nuint)message.Length);
    }

    /// <summary>Changes the packet protection keys (RFC 9001, section 6), which ngtcp2 does by itself when a key is worn out.</summary>
    /// <returns>False: not yet, since the last keys are too young.</returns>
    public static bool UpdateKeys(QuicConnection connection, EventLoop loop) =>
        InitiateKeyUpdate(NativeOf(connection), (ulong)loop.NowNanoseconds) == 0;

    /// <summary>Writes no more on the control stream (RESET_STREAM) or reads it no more (STOP_SENDING; RFC 9000, section 3.5). The next packet says
    /// so.</summary>
    public static void GiveUpControlStream(QuicConnection connection, bool writing, bool reading)
    {
        const int ControlStream = 0;
        const int AppError = 7;
        nint native = NativeOf(connection);
        Assert.True(!writing || ShutdownStreamWrite(native, 0, ControlStream, AppError) == 0, "The stream cannot be reset.");
        Assert.True(!reading || ShutdownStreamRead(native, 0, ControlStream, AppError) == 0, "The stream cannot be stopped.");
    }

    /// <summary>The packet that a client's next one would be, on a new stream. The client is gone then: it must not hear of what it did not
    /// send.</summary>
    public static int WriteInFramesOfOneByte(QuicConnection client, EventLoop loop, ReadOnlySpan<byte> text, byte* packet)
    {
        long stream;
        nint written;
        nint native = NativeOf(client);
        ulong now = (ulong)loop.NowNanoseconds;
        Assert.Equal(0, NativeNgtcp2.ConnOpenBidiStream(native, &stream, 0));

        // SAFETY: ngtcp2 reads the text until it has let go of the connection, at the end of this method.
        fixed (byte* data = text)
        {
            for (int i = 0; i < text.Length; i++)
            {
                NativeNgtcp2.Vec one = new() { Base = data + i, Length = 1 };
                nint result = NativeNgtcp2.ConnWritevStream(
                    native, null, NativeNgtcp2.NGTCP2_PKT_INFO_V1, 0, packet, 1200, &written,
                    NativeNgtcp2.NGTCP2_WRITE_STREAM_FLAG_MORE, stream, &one, 1, now);
                Assert.Equal(NativeNgtcp2.NGTCP2_ERR_WRITE_MORE, result);
            }

            nint length = NativeNgtcp2.ConnWritevStream(
                native, null, NativeNgtcp2.NGTCP2_PKT_INFO_V1, 0, packet, 1200, &written, 0, -1, null, 0, now);
            client.Dispose();
            return (int)length;
        }
    }

    /// <summary>Whether the congestion window is where softlan would raise it, which otherwise shows only when losses have lowered it.</summary>
    public static bool FindWindow(QuicConnection connection)
    {
        NativeNgtcp2.ConnInfo info;
        NativeNgtcp2.ConnGetConnInfo(NativeOf(connection), NativeNgtcp2.NGTCP2_CONN_INFO_V1, &info);
        return new CongestionWindow(Ngtcp2Internals.AreKnown, logger: null).TryFind(NativeOf(connection), in info);
    }

    /// <summary>The cipher of a connection's packets, by GnuTLS' name for it.</summary>
    public static string? CipherOf(QuicConnection connection) => Marshal.PtrToStringUTF8(CipherName(Cipher(TlsSession(NativeOf(connection)))));

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_conn")]
    private static extern ref nint NativeOf(QuicConnection connection);

    [LibraryImport(Ngtcp2, EntryPoint = "ngtcp2_conn_get_tls_native_handle")]
    private static partial nint TlsSession(nint connection);

    [LibraryImport(GnuTls, EntryPoint = "gnutls_cipher_get")]
    private static partial int Cipher(nint session);

    // A constant of the library's.
    [LibraryImport(GnuTls, EntryPoint = "gnutls_cipher_get_name")]
    private static partial nint CipherName(int cipher);

    [LibraryImport(Ngtcp2, EntryPoint = "ngtcp2_conn_submit_crypto_data")]
    private static partial int SubmitCryptoData(nint connection, int level, byte* data, nuint length);

    [LibraryImport(Ngtcp2, EntryPoint = "ngtcp2_conn_shutdown_stream_write")]
    private static partial int ShutdownStreamWrite(nint connection, uint flags, long stream, ulong error);

    [LibraryImport(Ngtcp2, EntryPoint = "ngtcp2_conn_shutdown_stream_read")]
    private static partial int ShutdownStreamRead(nint connection, uint flags, long stream, ulong error);

    [LibraryImport(Ngtcp2, EntryPoint = "ngtcp2_conn_initiate_key_update")]
    private static partial int InitiateKeyUpdate(nint connection, ulong timestamp);
}
