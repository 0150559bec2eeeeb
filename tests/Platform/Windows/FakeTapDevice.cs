using Softlan.Platform;
using Softlan.Platform.Windows;
using Softlan.Wire;

namespace Softlan.Tests.Platform.Windows;

/// <summary>A TAP adapter's driver in memory: reads that wait, writes that end at once or when told, a cable, sleep, an end. Allocates nothing for a
/// frame.</summary>
internal sealed class FakeTapDevice : ITapDevice
{
    private const int Reads = 4;
    private const int Writes = 8;

    private readonly byte[][] _buffers = [.. Enumerable.Range(0, Reads + Writes).Select(_ => new byte[2048])];
    private readonly bool[] _isUnderWay = new bool[Reads + Writes];
    private readonly bool[] _isDone = new bool[Reads + Writes];
    private readonly int[] _errors = new int[Reads + Writes];
    private readonly int[] _lengths = new int[Reads + Writes];
    private readonly Queue<int> _waitingReads = new(Reads);
    private IEnterableLane? _lane;
    private LaneWork? _completed;

    public int ReadSlots => Reads;

    public int WriteSlots => Writes;

    public MacAddress Mac { get; set; } = MacAddress.FromUInt64(0x00_ff_11_22_33_44);

    /// <summary>The driver's property.</summary>
    public int? Mtu { get; set; } = 1500;

    public bool IsMediaConnected { get; private set; }

    public bool IsDisposed { get; private set; }

    /// <summary>Reads and writes end with ERROR_OPERATION_ABORTED, as while Windows sleeps.</summary>
    public bool IsAsleep { get; set; }

    /// <summary>Its adapter was disabled or restarted: the handle is of no use any more, though its control codes succeed.</summary>
    public bool IsHalted { get; private set; }

    /// <summary>Everything fails with this.</summary>
    public int Error { get; set; }

    /// <summary>Plugging the cable in fails.</summary>
    public bool RefusesCable { get; set; }

    /// <summary>Writes wait until <see cref="CompleteWrites"/>.</summary>
    public bool HoldsWrites { get; set; }

    public int ReadsUnderWay => _waitingReads.Count;

    /// <summary>How often a read was begun.</summary>
    public int ReadsBegun { get; private set; }

    public int WritesBegun { get; private set; }

    /// <summary>Whether <see cref="Written"/> is kept; off where allocations are counted.</summary>
    public bool Keeps { get; set; } = true;

    public List<byte[]> Written { get; } = [];

    public List<bool> Media { get; } = [];

    public MacAddress ReadMac() => Mac;

    public string ReadVersion() => "9.27";

    public int? ReadMtu() => Mtu;

    public int SetMedia(bool isConnected)
    {
        Media.Add(isConnected);
        if (Error != 0 || (RefusesCable && isConnected))
        {
            return Error != 0 ? Error : Win32Error.ERROR_GEN_FAILURE;
        }

        IsMediaConnected = isConnected;
        if (!isConnected)
        {
            Cancel();
        }

        return 0;
    }

    public void Start(IEnterableLane lane, LaneWork completed)
    {
        _lane = lane;
        _completed = completed;
    }

    public Span<byte> Buffer(int slot) => _buffers[slot];

    public void BeginRead(int slot)
    {
        Begin(slot);
        ReadsBegun++;
        if (Error != 0 || IsAsleep || IsHalted || !IsMediaConnected)
        {
            End(slot, Error != 0 ? Error : Win32Error.ERROR_OPERATION_ABORTED, 0);
        }
        else
        {
            _waitingReads.Enqueue(slot);
        }
    }

    public void BeginWrite(int slot, int length)
    {
        Begin(slot);
        WritesBegun++;
        if (Keeps)
        {
            Written.Add(_buffers[slot][..length]);
        }

        if (!HoldsWrites)
        {
            End(slot, Error != 0 ? Error : IsMediaConnected && !IsHalted ? 0 : Win32Error.ERROR_OPERATION_ABORTED, length);
        }
    }

    public bool TryTake(int slot, out int error, out int length)
    {
        error = _errors[slot];
        length = _lengths[slot];
        bool isDone = _isDone[slot];
        _isDone[slot] = false;
        return isDone;
    }

    public void Cancel()
    {
        bool any = _waitingReads.Count > 0;
        while (_waitingReads.TryDequeue(out int slot))
        {
            End(slot, Win32Error.ERROR_OPERATION_ABORTED, 0);
        }

        if (any)
        {
            _lane!.Enter(_completed!);
        }
    }

    public void Dispose() => IsDisposed = true;

    /// <summary>As the driver halts an adapter (tap-windows6, src/device.c, DestroyTapDevice): reads that wait are cancelled, and later ones.
    /// </summary>
    public void Halt()
    {
        IsHalted = true;
        Cancel();
    }

    /// <summary>The host's stack sends a frame: the read that waited longest ends with it.</summary>
    public void Receive(ReadOnlySpan<byte> frame, int error = 0)
    {
        int slot = _waitingReads.Dequeue();
        frame.CopyTo(_buffers[slot]);
        End(slot, error, frame.Length);
    }

    /// <summary>Reads that waited end, the youngest first, as completions on several processors can be seen.</summary>
    public void ReceiveOutOfOrder(params ReadOnlySpan<byte[]> frames)
    {
        int[] slots = new int[frames.Length];
        for (int i = 0; i < frames.Length; i++)
        {
            slots[i] = _waitingReads.Dequeue();
        }

        for (int i = frames.Length - 1; i >= 0; i--)
        {
            frames[i].CopyTo(_buffers[slots[i]], 0);
            End(slots[i], 0, frames[i].Length);
            Tell();
        }
    }

    public void CompleteWrites()
    {
        for (int slot = Reads; slot < Reads + Writes; slot++)
        {
            if (_isUnderWay[slot])
            {
                End(slot, 0, 0);
            }
        }
    }

    /// <summary>What the completion port's thread does.</summary>
    public void Tell() => _lane!.Enter(_completed!);

    private void Begin(int slot)
    {
        if (_isUnderWay[slot] || _isDone[slot])
        {
            throw new InvalidOperationException($"Slot {slot} is used twice.");
        }

        _isUnderWay[slot] = true;
    }

    private void End(int slot, int error, int length)
    {
        _isUnderWay[slot] = false;
        _isDone[slot] = true;
        _errors[slot] = error;
        _lengths[slot] = length;
    }
}
