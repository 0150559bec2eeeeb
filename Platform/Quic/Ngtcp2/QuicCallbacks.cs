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
        callbacks->RecvDatagram = &RecvDatagram;
        callbacks->AckDatagram = &AckDatagram;
        callbacks->LostDatagram = &LostDatagram;
    }

    private static QuicConnection Connection(nint user) => Unsafe.As<QuicConnection>(GCHandle.FromIntPtr(user).Target!);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int RecvDatagram(nint conn, uint flags, byte* data, nuint length, nint user)
    {
        QuicConnection connection = Connection(user);
        try
        {
            connection.OnRecvDatagram(new ReadOnlySpan<byte>(data, (int)length));
        }
        catch (Exception e)
        {
            connection.OnHandlerFailed(e);
        }

        return 0;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int HandshakeCompleted(nint conn, nint user)
    {
        QuicConnection connection = Connection(user);
        try
        {
            connection.OnHandshakeCompleted();
        }
        catch (Exception e)
        {
            connection.OnHandlerFailed(e);
        }

        return 0;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int RecvStreamData(nint conn, uint flags, long stream, ulong offset, byte* data, nuint length, nint user, nint streamUser)
    {
        QuicConnection connection = Connection(user);
        try
        {
            connection.OnRecvStreamData(stream, flags, new ReadOnlySpan<byte>(data, (int)length));
        }
        catch (Exception e)
        {
            connection.OnHandlerFailed(e);
        }

        return 0;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int AckedStreamDataOffset(nint conn, long stream, ulong offset, ulong length, nint user, nint streamUser)
    {
        QuicConnection connection = Connection(user);
        try
        {
            connection.OnAckedStreamData(offset + length);
        }
        catch (Exception e)
        {
            connection.OnHandlerFailed(e);
        }

        return 0;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int AckDatagram(nint conn, ulong id, nint user)
    {
        QuicConnection connection = Connection(user);
        try
        {
            connection.OnAckDatagram(id);
        }
        catch (Exception e)
        {
            connection.OnHandlerFailed(e);
        }

        return 0;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int LostDatagram(nint conn, ulong id, nint user)
    {
        QuicConnection connection = Connection(user);
        try
        {
            connection.OnLostDatagram(id);
        }
        catch (Exception e)
        {
            connection.OnHandlerFailed(e);
        }

        return 0;
    }

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
}
