using Softlan.Platform;
using Softlan.Wire;

namespace Softlan.Tests.Fakes;

/// <summary>A port without an interface: tests put frames in with <see cref="Inject"/> and read what a role wrote in <see cref="Written"/>.</summary>
internal sealed class MemoryPort(string name, MacAddress address) : IFramePort
{
    private readonly List<byte[]> _waiting = [];
    private IFramePortHandler? _handler;
    private byte[] _buffer = new byte[FrameLimits.MaxLength];

    public string Name { get; } = name;

    public MacAddress Address { get; } = address;

    public PeerCounters Counters { get; } = new();

    /// <summary>Every frame that was written, oldest first. Stays empty while <see cref="KeepWritten"/> is off.</summary>
    public List<byte[]> Written { get; } = [];

    /// <summary>Off: writing only counts, and allocates nothing.</summary>
    public bool KeepWritten { get; set; } = true;

    /// <summary>On: the port behaves as one whose queue is full.</summary>
    public bool IsBusy { get; set; }

    /// <summary>What <see cref="Start"/> throws.</summary>
    public SoftlanException? RefusesToStart { get; set; }

    public long FramesWritten { get; private set; }

    /// <summary>Of these, the ones that were for the wire alone.</summary>
    public long FramesWrittenToWire { get; private set; }

    public bool IsStarted => _handler is not null;

    public bool IsDisposed { get; private set; }

    public void Start(IFramePortHandler handler)
    {
        if (RefusesToStart is { } refusal)
        {
            throw refusal;
        }

        _handler = handler;
        _waiting.ForEach(frame => Inject(frame));
        _waiting.Clear();
    }

    public void Write(ReadOnlySpan<byte> frame)
    {
        ObjectDisposedException.ThrowIf(IsDisposed, this);
        if (IsBusy)
        {
            Counters.Drop(DropReason.PortBusy);
            return;
        }

        FramesWritten++;
        if (KeepWritten)
        {
            Written.Add(frame.ToArray());
        }
    }

    public void WriteToWire(ReadOnlySpan<byte> frame)
    {
        FramesWrittenToWire++;
        Write(frame);
    }

    /// <summary>Lets the role read <paramref name="frame"/>, in a buffer of the port's own as a real port does; before <see cref="Start"/> it waits,
    /// as in a TAP.</summary>
    public void Inject(ReadOnlySpan<byte> frame, FrameOrigin origin = FrameOrigin.Received)
    {
        ObjectDisposedException.ThrowIf(IsDisposed, this);
        if (_handler is null)
        {
            _waiting.Add(frame.ToArray());
            return;
        }

        if (frame.Length > _buffer.Length)
        {
            _buffer = new byte[frame.Length];
        }

        frame.CopyTo(_buffer);
        _handler.OnFrame(_buffer.AsSpan(0, frame.Length), origin);
    }

    /// <summary>Something happened to the cable, or to the interface.</summary>
    public void Change(WireState state) => _handler?.OnWireChanged(state);

    /// <summary>Somebody changed what the wire carries.</summary>
    public void ChangeMtu(int mtu) => _handler?.OnMtuChanged(mtu);

    /// <summary>An interface of this name is there again, but not fit.</summary>
    public void RefuseReturn(string what) => _handler?.OnReturnRefused(SoftlanException.Create(what, "a test said so"));

    /// <summary>This host itself is not reached through the port.</summary>
    public void LoseHost(string why) => _handler?.OnHostNotReachable(why);

    /// <summary>The firewall also judges what the bridge forwards.</summary>
    public void Filter(string families) => _handler?.OnBridgeFiltered(families);

    /// <summary>The interface went away.</summary>
    public void Fail(string what = "Interface is gone") => _handler?.OnPortFailed(SoftlanException.Create(what, "a test said so"));

    public void Dispose() => IsDisposed = true;
}
