using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;
using Softlan.Wire;
using static Softlan.Platform.Windows.NativeKernel32;
using static Softlan.Platform.Windows.NativeTapWindows6;

namespace Softlan.Platform.Windows;

// A slot in native memory:   | OVERLAPPED, 32 bytes | 32 unused | 2048 bytes of frame |
//
// Its life:  Idle --BeginRead/BeginWrite--> Pending --completion, on the port's thread--> Done --TryTake--> Idle
//            what ends at once goes from Pending to Done by itself, without a completion (FILE_SKIP_COMPLETION_PORT_ON_SUCCESS)

/// <summary>A TAP-Windows6 adapter, opened through its driver. One thread waits for completions and does the lane's work there and then.</summary>
[SupportedOSPlatform("windows")]
internal sealed unsafe class TapDevice : ITapDevice
{
    private const int Idle = 0;
    private const int Pending = 1;
    private const int Done = 2;

    /// <summary>The driver queues any number; these many frames may come between two looks.</summary>
    private const int ReadCount = 16;

    /// <summary>Frames of one turn, and those that the driver has not taken yet.</summary>
    private const int WriteCount = 128;

    private const int BufferOffset = 64;

    /// <summary>A frame that is longer than the buffer is lost (STATUS_BUFFER_OVERFLOW); the driver's longest has 1518 bytes.</summary>
    private const int BufferLength = 2048;

    private const int SlotLength = BufferOffset + BufferLength;

    /// <summary>Completions taken in one go.</summary>
    private const int MaxEntries = 64;

    /// <summary>The driver cancels at once; if it does not, the memory is better lost than given to others.</summary>
    private static readonly TimeSpan DrainPatience = TimeSpan.FromSeconds(2);

    /// <summary>Between two looks whether <see cref="DrainPatience"/> is over, where nothing ends.</summary>
    private static readonly TimeSpan DrainInterval = TimeSpan.FromMilliseconds(100);

    private readonly string _name;
    private readonly SafeFileHandle _device;
    private readonly SafeCompletionPort _port;
    private readonly byte* _memory;
    private readonly int[] _states = new int[ReadCount + WriteCount];
    private readonly int[] _errors = new int[ReadCount + WriteCount];
    private readonly int[] _lengths = new int[ReadCount + WriteCount];
    private readonly bool _skipsOnSuccess;
    private Thread? _thread;
    private int _pending;
    private volatile bool _isClosing;

    private TapDevice(string name, SafeFileHandle device, SafeCompletionPort port, bool skipsOnSuccess)
    {
        _name = name;
        _device = device;
        _port = port;
        _skipsOnSuccess = skipsOnSuccess;
        _memory = (byte*)NativeMemory.AlignedAlloc((ReadCount + WriteCount) * SlotLength, 64);
        new Span<byte>(_memory, (ReadCount + WriteCount) * SlotLength).Clear();
    }

    public int ReadSlots => ReadCount;

    public int WriteSlots => WriteCount;

    /// <exception cref="SoftlanException">In use, disabled, no permission.</exception>
    public static TapDevice Open(TapAdapter adapter)
    {
        string what = $"Cannot open the TAP adapter '{adapter.Name}'";
        SafeFileHandle device = CreateFile(
            USERMODEDEVICEDIR + TapDiscovery.Format(adapter.Id) + TAP_WIN_SUFFIX,
            GENERIC_READ | GENERIC_WRITE,
            0,
            0,
            OPEN_EXISTING,
            FILE_ATTRIBUTE_SYSTEM | FILE_FLAG_OVERLAPPED,
            0);
        if (device.IsInvalid)
        {
            throw TapFailures.CannotOpen(adapter, Win32Error.Last);
        }

        SafeCompletionPort? port = null;
        try
        {
            port = CreateIoCompletionPort(INVALID_HANDLE_VALUE, 0, 0, 1);
            if (port.IsInvalid || AddToIoCompletionPort(device, port, 0, 0) == 0)
            {
                throw Win32Error.ToException(what, nameof(CreateIoCompletionPort), Win32Error.Last);
            }

            // Saves a round through the port for what the driver does at once; without it the packets simply come.
            bool skipsOnSuccess = SetFileCompletionNotificationModes(device, FILE_SKIP_COMPLETION_PORT_ON_SUCCESS | FILE_SKIP_SET_EVENT_ON_HANDLE);
            return new TapDevice(adapter.Name, device, port, skipsOnSuccess);
        }
        catch
        {
            port?.Dispose();
            device.Dispose();
            throw;
        }
    }

    public MacAddress ReadMac()
    {
        Span<byte> mac = stackalloc byte[MacAddress.Length];
        Require(Control(TAP_WIN_IOCTL_GET_MAC, mac), "read the MAC of", nameof(TAP_WIN_IOCTL_GET_MAC));
        return MacAddress.Read(mac);
    }

    public string ReadVersion()
    {
        Span<uint> version = stackalloc uint[3];
        Require(Control(TAP_WIN_IOCTL_GET_VERSION, MemoryMarshal.AsBytes(version)), "read the driver version of", nameof(TAP_WIN_IOCTL_GET_VERSION));
        return FormattableString.Invariant($"{version[0]}.{version[1]}");
    }

    public int? ReadMtu()
    {
        Span<uint> mtu = stackalloc uint[1];
        return Control(TAP_WIN_IOCTL_GET_MTU, MemoryMarshal.AsBytes(mtu)) == 0 ? (int)mtu[0] : null;
    }

    public int SetMedia(bool isConnected)
    {
        Span<int> status = [isConnected ? 1 : 0];
        return Control(TAP_WIN_IOCTL_SET_MEDIA_STATUS, MemoryMarshal.AsBytes(status));
    }

    public void Start(IEnterableLane lane, LaneWork completed)
    {
        _thread = new Thread(() => Wait(lane, completed)) { IsBackground = true, Name = "tap" };
        _thread.Start();
    }

    public Span<byte> Buffer(int slot) => new(Frame(slot), BufferLength);

    public void BeginRead(int slot)
    {
        // SAFETY: the slot's memory is this object's until Dispose has seen every operation end.
        uint transferred;
        Begin(slot);
        End(slot, ReadFile(_device, Frame(slot), BufferLength, &transferred, Head(slot)));
    }

    public void BeginWrite(int slot, int length)
    {
        // SAFETY: as in BeginRead.
        uint transferred;
        Begin(slot);
        End(slot, WriteFile(_device, Frame(slot), (uint)length, &transferred, Head(slot)));
    }

    public bool TryTake(int slot, out int error, out int length)
    {
        if (Volatile.Read(ref _states[slot]) != Done)
        {
            error = length = 0;
            return false;
        }

        _states[slot] = Idle;
        error = _errors[slot];
        length = _lengths[slot];
        return true;
    }

    public void Cancel() => CancelIoEx(_device, null);

    public void Dispose()
    {
        if (_isClosing)
        {
            return;
        }

        _isClosing = true;
        CancelIoEx(_device, null);
        bool isDrained = _thread is null || (_thread == Thread.CurrentThread ? Drain() : EndThread());
        _device.Dispose();
        _port.Dispose();
        if (isDrained)
        {
            NativeMemory.AlignedFree(_memory);
        }
    }

    private OVERLAPPED* Head(int slot) => (OVERLAPPED*)(_memory + (slot * SlotLength));

    private byte* Frame(int slot) => _memory + (slot * SlotLength) + BufferOffset;

    private void Begin(int slot)
    {
        *Head(slot) = default;
        _states[slot] = Pending;
        Interlocked.Increment(ref _pending);
    }

    private void End(int slot, bool succeeded)
    {
        int error = succeeded ? 0 : Win32Error.Last;
        if (error == Win32Error.ERROR_IO_PENDING || (succeeded && !_skipsOnSuccess))
        {
            return; // The port tells.
        }

        Complete(slot, error, (int)Head(slot)->InternalHigh);
    }

    private void Complete(int slot, int error, int length)
    {
        _errors[slot] = error;
        _lengths[slot] = length;
        Volatile.Write(ref _states[slot], Done);
        Interlocked.Decrement(ref _pending);
    }

    private void Wait(IEnterableLane lane, LaneWork completed)
    {
        while (!_isClosing)
        {
            if (TakeCompletions(Timeout.InfiniteTimeSpan))
            {
                // Here the lane's work is done, unless somebody else is at it; that work may dispose this device.
                lane.Enter(completed);
            }
        }
    }

    /// <returns>Whether something completed within this time.</returns>
    private bool TakeCompletions(TimeSpan patience)
    {
        uint milliseconds = patience == Timeout.InfiniteTimeSpan ? INFINITE : (uint)patience.TotalMilliseconds;
        OVERLAPPED_ENTRY* entries = stackalloc OVERLAPPED_ENTRY[MaxEntries];
        uint count;
        if (!GetQueuedCompletionStatusEx(_port, entries, MaxEntries, &count, milliseconds, false))
        {
            return false; // The time is over.
        }

        bool any = false;
        for (uint i = 0; i < count; i++)
        {
            // A packet without OVERLAPPED is EndThread's wake-up.
            OVERLAPPED* head = entries[i].lpOverlapped;
            if (head != null)
            {
                any = true;
                int status = (int)head->Internal;
                Complete(
                    (int)(((byte*)head - _memory) / SlotLength),
                    status == 0 ? 0 : (int)NativeNtdll.RtlNtStatusToDosError(status),
                    (int)entries[i].dwNumberOfBytesTransferred);
            }
        }

        return any;
    }

    /// <summary>Takes what still ends. Only one thread may be here.</summary>
    /// <returns>False when the driver holds on to something.</returns>
    private bool Drain()
    {
        long begin = Stopwatch.GetTimestamp();
        while (Volatile.Read(ref _pending) > 0 && Stopwatch.GetElapsedTime(begin) < DrainPatience)
        {
            TakeCompletions(DrainInterval);
        }

        return Volatile.Read(ref _pending) == 0;
    }

    private bool EndThread()
    {
        PostQueuedCompletionStatus(_port, 0, 0, null);
        return _thread!.Join(DrainPatience) && Drain();
    }

    /// <summary>One control code, with the same memory for what goes in and what comes out: an older driver wants both, whichever it uses.</summary>
    /// <returns>0, or the error code.</returns>
    private int Control(uint code, Span<byte> data)
    {
        using ManualResetEvent done = new(false);

        // SAFETY: the call has ended, or has been waited for, before the memory goes. An event with its lowest bit set keeps the completion away from
        // the port.
        fixed (byte* memory = data)
        {
            uint returned;
            OVERLAPPED overlapped = new() { hEvent = done.SafeWaitHandle.DangerousGetHandle() | 1 };
            if (DeviceIoControl(_device, code, memory, (uint)data.Length, memory, (uint)data.Length, &returned, &overlapped))
            {
                return 0;
            }

            int error = Win32Error.Last;
            if (error != Win32Error.ERROR_IO_PENDING)
            {
                return error;
            }

            return GetOverlappedResult(_device, &overlapped, &returned, true) ? 0 : Win32Error.Last;
        }
    }

    private void Require(int error, string what, string code)
    {
        if (error != 0)
        {
            throw Win32Error.ToException(
                $"Cannot {what} the TAP adapter '{_name}'",
                $"DeviceIoControl {code}",
                error,
                TapFailures.UpdateHint);
        }
    }
}
