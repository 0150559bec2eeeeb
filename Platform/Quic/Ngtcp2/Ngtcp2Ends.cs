using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using System.Text;
using Softlan.Platform.Linux;

namespace Softlan.Platform.Quic.Ngtcp2;

/// <summary>What ngtcp2 and TLS say about the end of a connection, in the words of <see cref="LinkEnds"/>.</summary>
[SupportedOSPlatform("linux")]
internal static unsafe class Ngtcp2Ends
{
    /// <param name="libraryError">NGTCP2_ERR_….</param>
    public static string Describe(int libraryError) =>
        Marshal.PtrToStringUTF8(NativeNgtcp2.Strerror(libraryError)) ?? $"ngtcp2 error {libraryError}";

    /// <param name="libraryError">Why the connection cannot go on.</param>
    /// <param name="alert">TLS' own word for it; 0: it has none.</param>
    public static string DescribeFailure(int libraryError, byte alert) =>
        alert != 0 ? $"the TLS handshake failed: {AlertName(alert)}" : $"QUIC failed: {Describe(libraryError)}";

    /// <summary>What the other side is told of it.</summary>
    /// <param name="connection">ngtcp2_conn, which lives.</param>
    /// <param name="libraryError">Why it cannot go on.</param>
    /// <param name="error">For the packet that closes.</param>
    /// <returns>As <see cref="DescribeFailure"/> wants it.</returns>
    public static byte ToCloseError(nint connection, int libraryError, NativeNgtcp2.ConnectionCloseError* error)
    {
        NativeNgtcp2.CcerrDefault(error);
        byte alert = libraryError == NativeNgtcp2.NGTCP2_ERR_CRYPTO ? NativeNgtcp2.ConnGetTlsAlert(connection) : (byte)0;
        if (alert != 0)
        {
            NativeNgtcp2.CcerrSetTlsAlert(error, alert, null, 0);
        }
        else
        {
            NativeNgtcp2.CcerrSetLiberr(error, libraryError, null, 0);
        }

        return alert;
    }

    /// <summary>The handshake is not complete in time.</summary>
    /// <param name="endpoint">Knows what could not be sent.</param>
    /// <param name="remote">The other side.</param>
    /// <param name="wasAnswered">Something came from there.</param>
    public static LinkClosed HandshakeTimeout(QuicEndpoint endpoint, SockAddr remote, bool wasAnswered) =>
        endpoint.SendErrorFor(remote) is { } error ? LinkEnds.Unsendable(error)
        : wasAnswered ? LinkEnds.Incomplete(remote.Port, endpoint.Engine.HandshakeTimeout)
        : LinkEnds.Unanswered(remote.Port, endpoint.Engine.HandshakeTimeout);

    /// <summary>The other side has closed.</summary>
    /// <param name="connection">ngtcp2_conn, which lives.</param>
    public static LinkClosed ByPeer(nint connection)
    {
        // SAFETY: the struct belongs to the connection, which is alive; the reason is NULL when it is empty.
        NativeNgtcp2.ConnectionCloseError* error = NativeNgtcp2.ConnGetCcerr(connection);
        string reason = error->Reason is null ? "" : Encoding.UTF8.GetString(error->Reason, (int)error->ReasonLength);
        if (error->Type == NativeNgtcp2.NGTCP2_CCERR_TYPE_APPLICATION)
        {
            return LinkEnds.ByPeer(error->ErrorCode, reason);
        }

        if (error->ErrorCode == NativeNgtcp2.NGTCP2_CONNECTION_REFUSED)
        {
            return LinkEnds.Full(reason);
        }

        if (error->ErrorCode == NativeNgtcp2.NGTCP2_INVALID_TOKEN)
        {
            return LinkEnds.Moved(reason);
        }

        ulong alert = error->ErrorCode - NativeNgtcp2.NGTCP2_CRYPTO_ERROR;
        return LinkEnds.Refused(
            alert <= byte.MaxValue
                ? LinkEnds.TlsRefused(AlertName((byte)alert))
                : $"the other side reports QUIC error 0x{error->ErrorCode:x}",
            reason);
    }

    private static string AlertName(byte alert) => $"{Marshal.PtrToStringUTF8(NativeGnuTls.AlertGetName(alert)) ?? "unknown alert"} (alert {alert})";
}
