using Softlan.Wire;

namespace Softlan.Platform.Windows;

// From the host's stack to the role:  a read ends -> Run, on the lane -> OnFrame -> the same slot reads again
// From the role to the host's stack:  Write copies into a slot -> OnTurnEnd begins all writes of the turn
//
// Reads are taken in the order in which they were begun, so frames keep theirs, whichever completion is seen first.

/// <summary>The frame port on a TAP-Windows6 adapter: several reads under way, writes in batches. Allocates nothing for a frame.</summary>
/// <remarks>
/// Reads end with ERROR_OPERATION_ABORTED while the cable is out or the card has no power, and when the adapter is halted: disabled, restarted, or
/// put to sleep by a driver before 9.23.4. On the handle of a halted one every later read ends so, though its cable can be plugged, and its driver
/// does not unload before the handle is closed (tap-windows6, src/device.c, DestroyTapDevice). The port therefore waits, asks for the cable again,
/// and soon opens the adapter anew, for as long as it takes; one that sleeps does not mind. It never plugs the cable in by itself: its owner first
/// has to see that the interface is what it was. Only an adapter that cannot be opened over <see cref="MaxAttempts"/> attempts, half a minute, is a
/// failure. Attempts are counted and not time, since the clock goes on while the PC sleeps.
/// </remarks>
internal sealed partial class WindowsTap : LaneWork, IFramePort, ITurnEnd
{
    /// <summary>Frames that one turn reports before links and timers have theirs.</summary>
    private const int MaxFramesPerTurn = 128;

    private readonly IEnterableLane _lane;
    private readonly Func<ITapDevice> _open;
    private readonly Action _cableWanted;
    private readonly ILaneTimer _retry;
    private readonly int[] _writeLengths;
    private ITapDevice _device;
    private IFramePortHandler? _handler;
    private bool _isConnected;
    private bool _isClosed;
    private int _reading;
    private int _nextRead;
    private int _writing;
    private int _nextWrite;
    private int _collected;
    private TurnEndRequest _turnEnd;
    private TimeSpan _readingSince;
    private int _attempts;
    private int _failures;
    private int _readError;

    /// <param name="lane">Where everything is reported.</param>
    /// <param name="name">The adapter's name, for messages.</param>
    /// <param name="device">The open adapter; becomes the port's.</param>
    /// <param name="address">The MAC that the adapter has.</param>
    /// <param name="open">Opens the same adapter again.</param>
    /// <param name="cableWanted">The cable was in and is to be plugged in again, with <see cref="SetMedia"/>, once the interface is prepared.</param>
    public WindowsTap(IEnterableLane lane, string name, ITapDevice device, MacAddress address, Func<ITapDevice> open, Action cableWanted)
    {
        _lane = lane;
        _turnEnd = new TurnEndRequest(lane, this);
        _device = device;
        _open = open;
        _cableWanted = cableWanted;
        Name = name;
        Address = address;
        _writeLengths = new int[device.WriteSlots];
        _retry = lane.CreateTimer(Retry);
    }

    public string Name { get; }

    public MacAddress Address { get; }

    public PeerCounters Counters { get; } = new();

    /// <summary>Whether the cable is in.</summary>
    public bool IsConnected => _isConnected && _device is not ClosedTapDevice;

    public void Start(IFramePortHandler handler)
    {
        _handler = handler;
        _device.Start(_lane, this);
        Read();
    }

    /// <summary>Plugs the cable in or out: Windows sees a card that gets a network, or loses it. While the adapter is away the wish is kept, and its
    /// owner asked again when it is back.</summary>
    /// <exception cref="SoftlanException">The driver refuses.</exception>
    public void SetMedia(bool isConnected)
    {
        if (_isClosed)
        {
            return;
        }

        _isConnected = isConnected;
        if (_device is ClosedTapDevice)
        {
            if (isConnected)
            {
                _retry.Set(TimeSpan.Zero);
            }

            return;
        }

        _retry.Cancel();
        int error = _device.SetMedia(isConnected);
        if (error is not (0 or Win32Error.ERROR_OPERATION_ABORTED))
        {
            if (!isConnected || _attempts == 0)
            {
                throw MediaRefused(isConnected, error);
            }

            _readError = error; // On its way back it may go away again.
            TryLaterOrFail(MediaRefused(isConnected, error));
            return;
        }

        Read();
    }

    public void Write(ReadOnlySpan<byte> frame)
    {
        if (_isClosed || !IsConnected || frame.Length is < FrameLimits.MinLength or > FrameLimits.MaxLength)
        {
            Counters.Drop(DropReason.PortBusy);
            return;
        }

        if (_writing + _collected == _device.WriteSlots)
        {
            Flush();
            TakeWrites();
            if (_writing == _device.WriteSlots)
            {
                Counters.Drop(DropReason.PortBusy);
                return;
            }
        }

        int slot = (_nextWrite + _writing + _collected) % _device.WriteSlots;
        frame.CopyTo(_device.Buffer(_device.ReadSlots + slot));
        _writeLengths[slot] = frame.Length;
        _collected++;
        _turnEnd.Make();
    }

    public void OnTurnEnd()
    {
        _turnEnd.Begin();
        if (!_isClosed)
        {
            Flush();
            TakeWrites();
        }
    }

    /// <summary>Something that was under way has ended.</summary>
    public override void Run()
    {
        if (_isClosed)
        {
            return;
        }

        TakeWrites();
        TakeReads();
    }

    /// <summary>Reports that the port is of no use any more, and ends it.</summary>
    public void Fail(SoftlanException reason)
    {
        if (!_isClosed)
        {
            IFramePortHandler? handler = _handler;
            Dispose();
            handler?.OnPortFailed(reason);
        }
    }

    public void Dispose()
    {
        if (!_isClosed)
        {
            _isClosed = true;
            _retry.Dispose();

            // Closing does it too, unless the driver is set to be always connected.
            _ = _device.SetMedia(false);
            _device.Dispose();
        }
    }

    private SoftlanException MediaRefused(bool isConnected, int error) => Win32Error.ToException(
        $"Cannot {(isConnected ? "connect" : "disconnect")} the TAP adapter '{Name}'",
        $"DeviceIoControl {nameof(NativeTapWindows6.TAP_WIN_IOCTL_SET_MEDIA_STATUS)}",
        error,
        TapFailures.UpdateHint);

    private void Read()
    {
        if (_handler is null || !_isConnected || _reading > 0)
        {
            return; // What is under way ends first, and is followed by this.
        }

        _nextRead = 0;
        _readError = 0;
        _reading = _device.ReadSlots;
        _readingSince = _lane.Now;
        for (int slot = 0; slot < _device.ReadSlots; slot++)
        {
            _device.BeginRead(slot);
        }

        // What ended already has nobody who says so.
        _lane.Enter(this);
    }

    private void TakeReads()
    {
        for (int frames = 0; frames < MaxFramesPerTurn; frames++)
        {
            if (_isClosed || _reading == 0 || !_device.TryTake(_nextRead, out int error, out int length))
            {
                return;
            }

            int slot = _nextRead;
            _nextRead = (_nextRead + 1) % _device.ReadSlots;
            if (error is 0 or Win32Error.ERROR_MORE_DATA)
            {
                Deliver(error, _device.Buffer(slot)[..length]);
                if (!_isClosed)
                {
                    ReadAgain(slot);
                }
            }
            else
            {
                if (_readError is 0 or Win32Error.ERROR_OPERATION_ABORTED)
                {
                    _readError = error; // The first says why; the reads behind it are cancelled.
                }

                OnDeaf();
            }
        }

        _lane.Enter(this);
    }

    private void Deliver(int error, Span<byte> frame)
    {
        _attempts = 0;
        _failures = 0;
        if (error == Win32Error.ERROR_MORE_DATA)
        {
            Counters.Drop(DropReason.Jumbo);
        }
        else if (frame.Length < FrameLimits.MinLength)
        {
            Counters.Drop(DropReason.BadOffload);
        }
        else
        {
            _handler?.OnFrame(frame, FrameOrigin.Received);
        }
    }

    private void ReadAgain(int slot)
    {
        if (_isConnected)
        {
            _device.BeginRead(slot);
        }
        else
        {
            OnDeaf();
        }
    }

    private void Flush()
    {
        for (; _collected > 0; _collected--)
        {
            int slot = (_nextWrite + _writing) % _device.WriteSlots;
            _device.BeginWrite(_device.ReadSlots + slot, _writeLengths[slot]);
            _writing++;
        }
    }

    private void TakeWrites()
    {
        while (_writing > 0 && _device.TryTake(_device.ReadSlots + _nextWrite, out int error, out _))
        {
            _nextWrite = (_nextWrite + 1) % _device.WriteSlots;
            _writing--;
            if (error != 0)
            {
                Counters.Drop(DropReason.PortBusy);
            }
        }
    }
}
