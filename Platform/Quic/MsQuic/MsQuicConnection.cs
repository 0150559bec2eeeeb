using System.Net;
using System.Runtime.InteropServices;
using System.Text;
using Softlan.Wire;

namespace Softlan.Platform.Quic.MsQuic;

// What msquic's threads and the lane share, and who may do what:
//
//   msquic's thread   one at a time for one connection: everything in MsQuicConnection.Events.cs. It copies, counts and enters the lane's work.
//   lane              Send..., OpenControlStream, SayGoodbye; reads what the events left.
//   BlockingCalls     Start, CloseHandles and what else waits for msquic.
//
// A handle is closed by BlockingCalls alone, after the lane has let go of it; so both others may use it without a look, and calls that
// BlockingCalls makes look at _isClosed first.

/// <summary>One connection of msquic: its handles, and the mailbox between its thread and the lane. <see cref="MsQuicLink"/> is what roles see of
/// it.</summary>
internal sealed unsafe partial class MsQuicConnection
{
    private readonly NativeMsQuic.ApiTable* _api;
    private readonly MsQuicEngine _engine;
    private readonly LaneWork _work;
    private readonly Lock _gate = new();
    private GCHandle _self;
    private nint _handle;
    private nint _stream;
    private int _isShutdownIssued;
    private byte[] _goodbye = [];
    private CloseReason _goodbyeReason;
    private int _wantsGoodbye;
    private bool _isStarted;
    private bool _isClosed;

    /// <param name="engine">Whose lane and memory it uses.</param>
    /// <param name="link">The lane's half.</param>
    /// <param name="work">Entered into the lane when there is something for it.</param>
    public MsQuicConnection(MsQuicEngine engine, MsQuicLink link, LaneWork work)
    {
        _api = engine.Api;
        _engine = engine;
        _work = work;
        Link = link;
        _self = GCHandle.Alloc(this);
        engine.Add(this);
    }

    public MsQuicLink Link { get; }

    public LinkMeter Meter { get; } = new();

    /// <summary>Ends the handshake with this sentence; null while nothing speaks against the certificate.</summary>
    public string? TrustFailure { get; private set; }

    /// <summary>Why a connection could not even be begun; null otherwise.</summary>
    public string? StartFailure { get; private set; }

    public nint Context => GCHandle.ToIntPtr(_self);

    /// <summary>msquic has an incoming connection. Called inside its NEW_CONNECTION.</summary>
    /// <returns>A QUIC_STATUS.</returns>
    public int Accept(nint handle, nint configuration)
    {
        _handle = handle;
        _isStarted = true;
        _api->SetCallbackHandler(handle, MsQuicCallbacks.Connection, (void*)Context);
        int status = _api->ConnectionSetConfiguration(handle, configuration);
        if (MsQuicStatus.IsFailed(status))
        {
            // msquic keeps the handle of a connection that is refused.
            _api->SetCallbackHandler(handle, null, null);
            _handle = 0;
            CloseHandles();
        }

        return status;
    }

    /// <summary>Begins to connect. A blocking call: msquic takes the remote address through a parameter.</summary>
    public void Start(IPEndPoint remote, string serverName, nint configuration)
    {
        if (Volatile.Read(ref _wantsGoodbye) != 0)
        {
            Abandon(null);
            return;
        }

        nint handle;
        int status = _api->ConnectionOpen(_engine.Registration, MsQuicCallbacks.Connection, (void*)Context, &handle);
        if (MsQuicStatus.IsFailed(status))
        {
            Abandon(MsQuicStatus.Text(status));
            return;
        }

        QuicAddress address = QuicAddress.From(remote);
        status = _api->SetParam(handle, NativeMsQuic.QUIC_PARAM_CONN_REMOTE_ADDRESS, QuicAddress.Length, &address);
        if (!MsQuicStatus.IsFailed(status))
        {
            status = Start(handle, configuration, address.Family, serverName, (ushort)remote.Port);
        }

        if (MsQuicStatus.IsFailed(status))
        {
            StartFailure = MsQuicStatus.Text(status); // Before closing, which may report the end.
            _api->ConnectionClose(handle);
            Abandon(StartFailure);
        }
        else if (Volatile.Read(ref _wantsGoodbye) != 0)
        {
            Shutdown(NativeMsQuic.QUIC_CONNECTION_SHUTDOWN_FLAG_NONE);
        }
    }

    /// <summary>The client's half of the control stream. On the lane, once the handshake is complete.</summary>
    /// <returns>False when the connection is on its way down.</returns>
    public bool TryOpenControlStream()
    {
        nint stream;
        if (MsQuicStatus.IsFailed(
            _api->StreamOpen(_handle, NativeMsQuic.QUIC_STREAM_OPEN_FLAG_NONE, MsQuicCallbacks.Stream, (void*)Context, &stream)))
        {
            return false;
        }

        _stream = stream;
        return !MsQuicStatus.IsFailed(_api->StreamStart(stream, NativeMsQuic.QUIC_STREAM_START_FLAG_NONE));
    }

    public bool HasControlStream => Volatile.Read(ref _stream) != 0;

    /// <summary>Gives control bytes to msquic. On the lane.</summary>
    /// <param name="bytes">Pinned, and left alone until <see cref="ControlBytesAcknowledged"/> has counted them or the handles are closed.</param>
    /// <returns>False when the connection is on its way down.</returns>
    public bool TrySendControl(ReadOnlySpan<byte> bytes)
    {
        // SAFETY: the bytes are pinned, and ControlSendBuffer leaves them alone until they are acknowledged; what never is lives as long as this
        // connection; the descriptor is freed with SEND_COMPLETE.
        NativeMsQuic.Buffer* descriptor = (NativeMsQuic.Buffer*)NativeMemory.Alloc((nuint)sizeof(NativeMsQuic.Buffer));
        descriptor->Data = (byte*)System.Runtime.CompilerServices.Unsafe.AsPointer(ref MemoryMarshal.GetReference(bytes));
        descriptor->Length = (uint)bytes.Length;
        Interlocked.Increment(ref _controlSends);
        if (!MsQuicStatus.IsFailed(_api->StreamSend(_stream, descriptor, 1, NativeMsQuic.QUIC_SEND_FLAG_NONE, descriptor)))
        {
            return true;
        }

        Interlocked.Decrement(ref _controlSends);
        NativeMemory.Free(descriptor);
        return false;
    }

    /// <summary>Gives one datagram to msquic, which owns the slot until the final state of this send. On the lane.</summary>
    /// <returns>A QUIC_STATUS; where it failed, the slot is still the caller's.</returns>
    public int SendDatagram(DatagramSlot* slot)
    {
        Volatile.Write(ref _handedOver, _handedOver + 1); // Before msquic's thread can be done with it.
        int status = _api->DatagramSend(_handle, &slot->Buffer, 1, NativeMsQuic.QUIC_SEND_FLAG_CANCEL_ON_BLOCKED, slot);
        if (MsQuicStatus.IsFailed(status))
        {
            Volatile.Write(ref _handedOver, _handedOver - 1);
        }

        return status;
    }

    /// <summary>Lets the other side know, after the control messages that it has not acknowledged yet: closing throws away what is still on its way.
    /// On the lane.</summary>
    public void SayGoodbye(CloseReason reason, string text)
    {
        _goodbyeReason = reason;
        _goodbye = [.. LinkEnds.ToCloseText(text), 0]; // With the zero that msquic wants.
        Interlocked.Exchange(ref _wantsGoodbye, 1);
        if (Volatile.Read(ref _controlSends) == 0)
        {
            Shutdown(NativeMsQuic.QUIC_CONNECTION_SHUTDOWN_FLAG_NONE);
        }
    }

    /// <summary>Begins to close now, once. Any thread. Does not wait.</summary>
    public void Shutdown(uint flags)
    {
        lock (_gate)
        {
            if (!_isStarted || _isClosed || Interlocked.Exchange(ref _isShutdownIssued, 1) != 0)
            {
                Interlocked.Exchange(ref _wantsGoodbye, 1);
                return;
            }

            _api->ConnectionShutdown(_handle, flags, (ulong)_goodbyeReason);
        }

        if (_goodbye.Length > 0 && !HasControlStream && flags == NativeMsQuic.QUIC_CONNECTION_SHUTDOWN_FLAG_NONE)
        {
            // Usually the text is set at the stream's end (QUIC_STREAM_EVENT_SHUTDOWN_COMPLETE). Where there is no stream yet this may come too late,
            // and the other side then sees the reason without the text.
            _engine.Blocking.Add(SetCloseText);
        }
    }

    /// <summary>Asks for statistics when they are not brought by events. A blocking call.</summary>
    public void RefreshStatistics()
    {
        if (!_isClosed)
        {
            ReadStatistics();
        }

        Volatile.Write(ref _isRefreshing, 0);
    }

    /// <summary>Has statistics brought up to date soon, unless that is under way. On the lane.</summary>
    public void RequestStatistics()
    {
        if (Interlocked.Exchange(ref _isRefreshing, 1) == 0)
        {
            _engine.Blocking.Add(RefreshStatistics);
        }
    }

    /// <summary>The last thing that happens to it; a blocking call. Once; a further call does nothing.</summary>
    public void CloseHandles()
    {
        lock (_gate)
        {
            if (_isClosed)
            {
                return;
            }

            _isClosed = true;
        }

        if (_stream != 0)
        {
            _api->StreamClose(_stream);
        }

        if (_handle != 0)
        {
            _api->ConnectionClose(_handle);
        }

        ReturnSlots();
        _self.Free();
        _engine.Remove(this);
        Link.OnFreed();
    }

    private int Start(nint handle, nint configuration, ushort family, string serverName, ushort port)
    {
        byte[] name = Encoding.UTF8.GetBytes(serverName + '\0');
        lock (_gate)
        {
            _handle = handle;

            // SAFETY: msquic copies the name.
            fixed (byte* text = name)
            {
                int status = _api->ConnectionStart(handle, configuration, family, text, port);
                _isStarted = !MsQuicStatus.IsFailed(status);
                _handle = _isStarted ? handle : 0;
                return status;
            }
        }
    }

    private void Abandon(string? failure)
    {
        StartFailure = failure;
        Volatile.Write(ref _isComplete, true);
        _engine.Lane.Enter(_work);
    }

    /// <summary>msquic forgets a text that is set before it closes, so it is set afterwards, before the packet is built.</summary>
    private void SetCloseText()
    {
        if (_isClosed)
        {
            return;
        }

        // SAFETY: msquic copies the text.
        fixed (byte* text = _goodbye)
        {
            _ = _api->SetParam(
                _handle, NativeMsQuic.QUIC_PARAM_CONN_CLOSE_REASON_PHRASE | NativeMsQuic.QUIC_PARAM_HIGH_PRIORITY, (uint)_goodbye.Length, text);
        }
    }
}
