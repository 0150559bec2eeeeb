using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Softlan.Platform.Quic.MsQuic;

/// <summary>What msquic calls. Each finds its object, hands over, catches everything, and returns a status.</summary>
/// <remarks>
/// SAFETY, for all of them: the context is the GCHandle of the connection or listener, which is freed only after ConnectionClose or
/// ListenerClose has returned, and then msquic calls no more. The event is msquic's until the callback returns.
/// </remarks>
internal static unsafe class MsQuicCallbacks
{
    [ThreadStatic]
    private static int _depth;

    /// <summary>This thread is msquic's, inside a callback: whoever waits for msquic here waits for himself.</summary>
    public static bool IsInside => _depth > 0;

    public static void* Connection => (delegate* unmanaged[Cdecl]<nint, void*, NativeMsQuic.ConnectionEvent*, int>)&OnConnection;

    public static void* Stream => (delegate* unmanaged[Cdecl]<nint, void*, NativeMsQuic.StreamEvent*, int>)&OnStream;

    public static void* Listener => (delegate* unmanaged[Cdecl]<nint, void*, NativeMsQuic.ListenerEvent*, int>)&OnListener;

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int OnConnection(nint handle, void* context, NativeMsQuic.ConnectionEvent* e) => Tell(context, e, null);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int OnStream(nint handle, void* context, NativeMsQuic.StreamEvent* e) => Tell(context, null, e);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int OnListener(nint handle, void* context, NativeMsQuic.ListenerEvent* e)
    {
        _depth++;
        try
        {
            return Target<MsQuicListener>(context).OnEvent(e);
        }
        catch (Exception)
        {
            return MsQuicStatus.InvalidState;
        }
        finally
        {
            _depth--;
        }
    }

    /// <summary>One of the two events, to the connection whose it is.</summary>
    private static int Tell(void* context, NativeMsQuic.ConnectionEvent* own, NativeMsQuic.StreamEvent* ofStream)
    {
        MsQuicConnection connection = Target<MsQuicConnection>(context);
        _depth++;
        try
        {
            return own is not null ? connection.OnEvent(own) : connection.OnStreamEvent(ofStream);
        }
        catch (Exception bug)
        {
            connection.Link.ReportFailure(bug);
            return MsQuicStatus.InvalidState;
        }
        finally
        {
            _depth--;
        }
    }

    private static T Target<T>(void* context)
        where T : class => Unsafe.As<T>(GCHandle.FromIntPtr((nint)context).Target!);
}
