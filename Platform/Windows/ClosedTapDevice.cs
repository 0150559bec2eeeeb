using Softlan.Wire;

namespace Softlan.Platform.Windows;

/// <summary>Stands for an adapter that is away: nothing is ever under way, and everything fails with the same code.</summary>
internal sealed class ClosedTapDevice(ITapDevice before) : ITapDevice
{
    public int ReadSlots { get; } = before.ReadSlots;

    public int WriteSlots { get; } = before.WriteSlots;

    public MacAddress ReadMac() => throw new InvalidOperationException("The adapter is closed.");

    public string ReadVersion() => throw new InvalidOperationException("The adapter is closed.");

    public int? ReadMtu() => null;

    public int SetMedia(bool isConnected) => Win32Error.ERROR_DEVICE_NOT_CONNECTED;

    public void Start(IEnterableLane lane, LaneWork completed)
    {
    }

    public Span<byte> Buffer(int slot) => new byte[FrameLimits.MaxLength];

    public void BeginRead(int slot)
    {
    }

    public void BeginWrite(int slot, int length)
    {
    }

    public bool TryTake(int slot, out int error, out int length)
    {
        error = Win32Error.ERROR_DEVICE_NOT_CONNECTED;
        length = 0;
        return true;
    }

    public void Cancel()
    {
    }

    public void Dispose()
    {
    }
}
