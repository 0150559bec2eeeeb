using System.Runtime.Versioning;
using Softlan.Platform.Linux.Netlink;
using Softlan.Wire;
using Softlan.Wire.Offload;

namespace Softlan.Platform.Linux;

// From the host's stack to the role: read(2) of one frame or super-frame with its vnet header -> FrameIntake -> handler.
// From the role to the host's stack: Write -> TapWriter -> write(2) at the end of the turn.

/// <summary>A TAP: a network card of this host's own that softlan holds the other end of.</summary>
/// <remarks>An existing persistent TAP is used, left behind, and gets its MAC, MTU and state back; any other is made here and gone when this
/// closes.</remarks>
[SupportedOSPlatform("linux")]
internal sealed class LinuxTap : IFramePort, IReadablePort, ITurnEnd
{
    /// <summary>Frames that one turn reports before the rest has to wait, so that a busy TAP does not starve the network; a super-frame is not left
    /// half done.</summary>
    private const int MaxFramesPerTurn = 128;

    private readonly TunDevice _device;
    private readonly NetlinkSocket _netlink;
    private readonly LinkEntry? _original;
    private readonly FrameIntake _intake;
    private readonly TapWriter _writer;
    private readonly PortPoll _poll;
    private readonly byte[] _buffer = new byte[VirtioNetHeader.Length + FrameCoalescer.MaxFrameLength];
    private bool _closed;
    private readonly TurnFlush _flush;

    private LinuxTap(EventLoop loop, TunDevice device, NetlinkSocket netlink, LinkEntry link, LinkEntry? original, PortModeration moderation)
    {
        _device = device;
        _netlink = netlink;
        _original = original;
        _intake = new FrameIntake(Counters);
        _writer = new TapWriter(device.Descriptor, Counters, device.HasUdpOffload);
        _flush = new TurnFlush(loop, this);
        _poll = new PortPoll(loop, device.Descriptor, this, moderation);
        InterfaceIndex = link.Index;
        Address = link.Address;
    }

    public string Name => _device.Name;

    public MacAddress Address { get; }

    public PeerCounters Counters { get; } = new();

    public int InterfaceIndex { get; }

    /// <summary>Each read(2) is reported as a whole, and what has not been read is the descriptor's.</summary>
    public bool HasUnread => false;

    /// <summary>It existed before and stays.</summary>
    public bool IsPersistent => _device.IsPersistent;

    /// <exception cref="SoftlanException">It cannot be opened or set up; nothing is left behind.</exception>
    public static LinuxTap Open(EventLoop loop, LinuxTapOptions options)
    {
        InterfaceName.ThrowIfInvalid(options.Name.Replace("%d", "0", StringComparison.Ordinal));
        TunDevice device = TunDevice.Open(options.Name);
        NetlinkSocket? netlink = null;
        LinkEntry? original = null;
        try
        {
            netlink = NetlinkSocket.Open();
            LinkEntry link = Find(netlink, device.Name);
            original = device.IsPersistent ? link : null;
            Configure(netlink, link, options);
            return new LinuxTap(loop, device, netlink, Find(netlink, device.Name), original, options.Moderation);
        }
        catch
        {
            Restore(netlink, original);
            netlink?.Dispose();
            device.Dispose();
            throw;
        }
    }

    public void Start(IFramePortHandler handler)
    {
        _intake.Handler = handler;
        _poll.Start();
    }

    public void Write(ReadOnlySpan<byte> frame)
    {
        if (_closed)
        {
            Counters.Drop(DropReason.PortBusy);
            return;
        }

        _poll.OnWritten();
        _flush.OnCollected(_writer.Add(frame));
    }

    /// <exception cref="SoftlanException">The kernel refused.</exception>
    public void SetUp(bool up) =>
        NetlinkLinks.SetUp(_netlink, InterfaceIndex, up).ThrowIfFailed($"Cannot bring {Name} {(up ? "up" : "down")}");

    public (int Frames, int Bytes) Read(bool askForOne)
    {
        int frames = 0;
        int bytes = 0;
        int most = askForOne ? 1 : MaxFramesPerTurn;
        while (frames < most && !_closed)
        {
            nint length = NativeLibc.Read(_device.Descriptor, _buffer, (nuint)_buffer.Length);
            if (length < 0)
            {
                int error = Errno.Last;
                if (error == Errno.EINTR)
                {
                    continue;
                }

                if (error != Errno.EAGAIN)
                {
                    Fail(error);
                }

                break;
            }

            if (length < VirtioNetHeader.Length)
            {
                break;
            }

            bytes += (int)length - VirtioNetHeader.Length;
            frames += _intake.Deliver(
                VirtioNetHeader.Read(_buffer),
                _buffer.AsSpan(VirtioNetHeader.Length, (int)length - VirtioNetHeader.Length),
                FrameOrigin.Received);
        }

        return (frames, bytes);
    }

    public void OnTurnEnd()
    {
        _flush.Begin();
        if (_closed)
        {
            return;
        }

        int error = _flush.FirstError(_writer.Flush());
        if (error != 0)
        {
            Fail(error);
        }
    }

    public void Dispose()
    {
        if (_device.Descriptor.IsClosed)
        {
            return;
        }

        Close();
        Restore(_netlink, _original);
        _netlink.Dispose();
        _device.Dispose();
    }

    private static LinkEntry Find(NetlinkSocket netlink, string name) =>
        NetlinkLinks.Find(netlink, name)
            ?? throw SoftlanException.Create($"Cannot set up TAP interface '{name}'", "it vanished while it was being opened");

    private static void Configure(NetlinkSocket netlink, LinkEntry link, LinuxTapOptions options)
    {
        if (options.Address is { } address && address != link.Address)
        {
            NetlinkLinks.SetAddress(netlink, link.Index, address).ThrowIfFailed($"Cannot give {link.Name} the MAC address {address}");
        }

        if (options.Mtu is { } mtu && mtu != link.Mtu)
        {
            NetlinkLinks.SetMtu(netlink, link.Index, mtu).ThrowIfFailed($"Cannot give {link.Name} an MTU of {mtu}");
        }

        if (options.DisableIPv6)
        {
            Sysctl.Write(link.Name, Sysctl.DisableIPv6, 1);
        }

        if (options.Up && !link.IsUp)
        {
            NetlinkLinks.SetUp(netlink, link.Index, true).ThrowIfFailed($"Cannot bring {link.Name} up");
        }
    }

    /// <summary>Best effort: the interface may be gone.</summary>
    private static void Restore(NetlinkSocket? netlink, LinkEntry? original)
    {
        if (netlink is not null && original is not null)
        {
            _ = NetlinkLinks.SetUp(netlink, original.Index, original.IsUp);
            _ = NetlinkLinks.SetAddress(netlink, original.Index, original.Address);
            _ = NetlinkLinks.SetMtu(netlink, original.Index, original.Mtu);
        }
    }

    private void Close()
    {
        _closed = true;
        _intake.Handler = null;
        _poll.Dispose();
    }

    private void Fail(int error)
    {
        IFramePortHandler? handler = _intake.Handler;
        Close();
        handler?.OnPortFailed(error is Errno.EBADFD or Errno.EIO or Errno.EFAULT or Errno.ENODEV
            ? SoftlanException.Create(
                $"TAP interface '{Name}' stopped working",
                $"it was deleted: {Errno.Text(error)}",
                "start softlan again, and do not delete the interface while it runs")
            : Errno.ToException($"TAP interface '{Name}' stopped working", error));
    }
}
