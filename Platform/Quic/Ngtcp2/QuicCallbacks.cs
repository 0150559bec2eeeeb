using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace Softlan.Platform.Quic.Ngtcp2;

/// <summary>What ngtcp2 calls. Each finds its connection, hands over, catches whatever may be thrown, and returns a status.</summary>
/// <remarks>
/// SAFETY, for all of them: the user pointer is the GCHandle of the connection, which is freed only after ngtcp2_conn_del, so the
/// target is alive in every call. The bytes are ngtcp2's until the callback returns.
/// </remarks>
[SupportedOSPlatform("linux")]
internal static unsafe class QuicCallbacks
{
    public static void Fill(NativeNgtcp2.Callbacks* callbacks)
    {
        callbacks->HandshakeCompleted = &HandshakeCompleted;
        callbacks->RecvStreamData = &RecvStreamData;
        callbacks->AckedStreamDataOffset = &AckedStreamDataOffset;
        callbacks->RecvStatelessReset = &RecvStatelessReset;
        callbacks->Rand = &Rand;
        callbacks->GetNewConnectionId = &GetNewConnectionId;
        callbacks->RemoveConnectionId = &RemoveConnectionId;
        callbacks->StreamReset = &StreamReset;
        callbacks->RecvDatagram = &RecvDatagram;
        callbacks->AckDatagram = &AckDatagram;
        callbacks->LostDatagram = &LostDatagram;
        callbacks->DcidStatus = &DcidStatus;
    }

    /// <summary>What ngtcp2 reports of a connection. Each is a type of its own, so that <see cref="Guard"/> is compiled once for each and calls it
    /// directly: most of them come with every datagram.</summary>
    private interface IReport
    {
        void Tell(QuicConnection connection);
    }

    private static QuicConnection Connection(nint user) => Unsafe.As<QuicConnection>(GCHandle.FromIntPtr(user).Target!);

    /// <summary>An exception must not pass native frames. It ends the link (<see cref="QuicConnection.OnHandlerFailed"/>), and ngtcp2 goes on until
    /// the end of the turn.</summary>
    private static int Guard<TReport>(nint user, TReport report)
        where TReport : struct, IReport, allows ref struct
    {
        QuicConnection connection = Connection(user);
        try
        {
            report.Tell(connection);
        }
        catch (Exception e)
        {
            connection.OnHandlerFailed(e);
        }

        return 0;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int RecvDatagram(nint conn, uint flags, byte* data, nuint length, nint user) =>
        Guard(user, new Datagram(new ReadOnlySpan<byte>(data, (int)length)));

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int HandshakeCompleted(nint conn, nint user) => Guard(user, default(Handshake));

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int RecvStreamData(nint conn, uint flags, long stream, ulong offset, byte* data, nuint length, nint user, nint streamUser) =>
        Guard(user, new StreamData(stream, flags, new ReadOnlySpan<byte>(data, (int)length)));

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int AckedStreamDataOffset(nint conn, long stream, ulong offset, ulong length, nint user, nint streamUser) =>
        Guard(user, new AckedStreamData(offset + length));

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int StreamReset(nint conn, long stream, ulong finalSize, ulong error, nint user, nint streamUser) =>
        Guard(user, default(ResetStream));

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int AckDatagram(nint conn, ulong id, nint user) => Guard(user, new AckedDatagram(id));

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int LostDatagram(nint conn, ulong id, nint user) => Guard(user, new MissedDatagram(id));

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int RecvStatelessReset(nint conn, nint reset, nint user)
    {
        Connection(user).OnStatelessReset();
        return 0;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void Rand(byte* destination, nuint length, nint context) =>
        _ = NativeGnuTls.Rnd(NativeGnuTls.GNUTLS_RND_RANDOM, new Span<byte>(destination, (int)length), length);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int GetNewConnectionId(nint conn, NativeNgtcp2.Cid* cid, byte* token, nuint length, nint user)
    {
        try
        {
            return Connection(user).OnGetNewConnectionId(cid, token, (int)length) ? 0 : NativeNgtcp2.NGTCP2_ERR_CALLBACK_FAILURE;
        }
        catch (Exception)
        {
            return NativeNgtcp2.NGTCP2_ERR_CALLBACK_FAILURE;
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int RemoveConnectionId(nint conn, NativeNgtcp2.Cid* cid, nint user)
    {
        try
        {
            Connection(user).RemoveCid(CidKey.From(cid));
            return 0;
        }
        catch (Exception)
        {
            return NativeNgtcp2.NGTCP2_ERR_CALLBACK_FAILURE;
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int DcidStatus(nint conn, int type, ulong sequence, NativeNgtcp2.Cid* cid, byte* token, nint user)
    {
        try
        {
            QuicConnection connection = Connection(user);
            if (type == NativeNgtcp2.NGTCP2_CONNECTION_ID_STATUS_TYPE_ACTIVATE)
            {
                return connection.PeerCids.TryUse(sequence, CidKey.From(cid)) ? 0 : NativeNgtcp2.NGTCP2_ERR_CALLBACK_FAILURE;
            }

            connection.PeerCids.Remove(CidKey.From(cid));
            return 0;
        }
        catch (Exception)
        {
            return NativeNgtcp2.NGTCP2_ERR_CALLBACK_FAILURE;
        }
    }

    private readonly ref struct Datagram(ReadOnlySpan<byte> bytes) : IReport
    {
        private readonly ReadOnlySpan<byte> _bytes = bytes;

        public void Tell(QuicConnection connection) => connection.OnRecvDatagram(_bytes);
    }

    private readonly struct Handshake : IReport
    {
        public void Tell(QuicConnection connection) => connection.OnHandshakeCompleted();
    }

    private readonly ref struct StreamData(long stream, uint flags, ReadOnlySpan<byte> bytes) : IReport
    {
        private readonly ReadOnlySpan<byte> _bytes = bytes;

        public void Tell(QuicConnection connection) => connection.OnRecvStreamData(stream, flags, _bytes);
    }

    private readonly struct AckedStreamData(ulong end) : IReport
    {
        public void Tell(QuicConnection connection) => connection.OnAckedStreamData(end);
    }

    private readonly struct ResetStream : IReport
    {
        public void Tell(QuicConnection connection) => connection.OnControlStreamEnded();
    }

    private readonly struct AckedDatagram(ulong id) : IReport
    {
        public void Tell(QuicConnection connection) => connection.OnAckDatagram(id);
    }

    private readonly struct MissedDatagram(ulong id) : IReport
    {
        public void Tell(QuicConnection connection) => connection.OnLostDatagram(id);
    }
}
