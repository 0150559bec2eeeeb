using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Softlan.Platform.Linux.Netlink;
using Softlan.Wire;
using Softlan.Wire.Offload;
using static Softlan.Platform.Linux.NativePacket;
using static Softlan.Platform.Linux.NativeSocket;

namespace Softlan.Platform.Linux;

// From the LAN to the role, in the order in which a frame meets it:
//
//   filter          in the kernel: what LocalDelivery put on the interface is not heard again
//   PacketReceiver  recvmmsg; the VLAN tag back in; received, or sent by this host
//   FrameIntake     super-frames cut, checksums finished -> handler
//
// From the role to the LAN: Write decides by the destination (wire, this host, or both) -> PacketWriter, LocalDelivery -> written at the end of the
// turn.

/// <summary>A wired interface of this host, shared with the host: an AF_PACKET socket that hears everything on it and sends from any MAC.</summary>
[SupportedOSPlatform("linux")]
internal sealed class PacketSocket : IFramePort, IReadablePort, ITurnEnd
{
    /// <summary>Calls of recvmmsg in one turn: 64 frames or super-frames, then the rest has to wait.</summary>
    private const int MaxReceivesPerTurn = 2;

    private static readonly TimeSpan HousekeepingInterval = TimeSpan.FromSeconds(1);

    private readonly SafeFd _fd;
    private readonly NetlinkSocket _netlink;
    private readonly WireWatch _wire;
    private readonly int _interfaceIndex;
    private readonly LocalDelivery? _local;
    private readonly GuestAddresses _guests = new();
    private readonly PacketReceiver _receiver = new();
    private readonly FrameIntake _intake;
    private readonly PacketWriter _writer;
    private readonly PortPoll _poll;
    private readonly ILaneTimer _housekeeping;
    private bool _closed;
    private readonly TurnFlush _flush;

    private PacketSocket(EventLoop loop, SafeFd fd, NetlinkSocket netlink, PacketSocketOptions options)
    {
        _fd = fd;
        _netlink = netlink;
        _interfaceIndex = options.Interface.Index;
        Name = options.Interface.Name;
        Address = options.Interface.Address;
        _wire = new WireWatch(options.Interface.Mtu);
        _intake = new FrameIntake(Counters);
        _writer = new PacketWriter(fd, Counters);
        _flush = new TurnFlush(loop, this);
        _poll = new PortPoll(loop, fd, this, options.Moderation);
        _housekeeping = loop.CreateTimer(KeepHouse);
        if (options.DeliverLocally)
        {
            _local = LocalDelivery.OpenOrNull(options.Interface, Counters, out string? unavailable);
            LocalDeliveryUnavailable = unavailable;
        }
    }

    public string Name { get; }

    public MacAddress Address { get; private set; }

    public PeerCounters Counters { get; } = new();

    /// <summary>Why players do not reach this host itself through this port: a sentence with a hint; null when they do.</summary>
    public string? LocalDeliveryUnavailable { get; }

    /// <exception cref="SoftlanException">No permission, or the kernel lacks something that cannot be done without.</exception>
    public static PacketSocket Open(EventLoop loop, PacketSocketOptions options)
    {
        string what = $"Cannot open interface '{options.Interface.Name}'";

        // Protocol 0 hears nothing. Everything is set before the bind below names the protocol, so that no frame of another interface,
        // and none without its vnet header, is ever queued.
        SafeFd fd = NativeSocket.Socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        if (fd.IsInvalid)
        {
            throw Errno.Last is Errno.EPERM or Errno.EACCES
                ? SoftlanException.Create(what, "this process may not open packet sockets", Privileges.Hint)
                : Errno.ToException(what, Errno.Last);
        }

        NetlinkSocket? netlink = null;
        try
        {
            SetInt32(fd, PACKET_VNET_HDR, 1, what);
            SetInt32(fd, PACKET_AUXDATA, 1, what);
            SocketOptions.GrowBuffers(fd);
            MarkFilter.Attach(fd, LocalDelivery.Mark, what);
            Bind(fd, options.Interface.Index, what);
            BecomePromiscuous(fd, options.Interface.Index, what);
            netlink = NetlinkSocket.Open();
            return new PacketSocket(loop, fd, netlink, options);
        }
        catch
        {
            netlink?.Dispose();
            fd.Dispose();
            throw;
        }
    }

    public void Start(IFramePortHandler handler)
    {
        _intake.Handler = handler;
        _poll.Start();
        _housekeeping.Set(HousekeepingInterval);
    }

    /// <summary>For this host's MAC, or that of a guest of its: to this host. For a group: to the wire and to this host. Otherwise to the
    /// wire.</summary>
    public void Write(ReadOnlySpan<byte> frame)
    {
        if (_local is null || !EthernetFrame.TryParse(frame, out EthernetFrame view))
        {
            Write(frame, toHost: false, toWire: true);
            return;
        }

        bool isOfHost = view.Destination == Address || _guests.Contains(view.Destination);
        Write(frame, toHost: isOfHost || view.Destination.IsMulticast, toWire: !isOfHost);
    }

    public void WriteToWire(ReadOnlySpan<byte> frame) => Write(frame, toHost: false, toWire: true);

    public (int Frames, int Bytes) Read(bool askForOne)
    {
        int frames = 0;
        int bytes = 0;
        int most = askForOne ? 1 : PacketReceiver.SlotCount;
        for (int i = 0; i < MaxReceivesPerTurn && !_closed; i++)
        {
            int count = _receiver.Receive(_fd, most);
            if (count < 0)
            {
                OnReceiveError(Errno.Last);
                break;
            }

            for (int slot = 0; slot < count && !_closed; slot++)
            {
                if (_receiver.TryGet(slot, out VirtioNetHeader header, out Span<byte> frame, out FrameOrigin origin))
                {
                    bytes += frame.Length;
                    _guests.OnHeard(MacAddress.Read(frame[MacAddress.Length..]), origin, Address);
                    frames += _intake.Deliver(header, frame, origin);
                }
                else
                {
                    Counters.Drop(DropReason.BadOffload);
                }
            }

            if (count < PacketReceiver.SlotCount)
            {
                break;
            }
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

        _local?.Flush();
        int error = _flush.FirstError(_writer.Flush());
        if (error != 0)
        {
            Fail(Errno.Text(error));
        }
    }

    public void Dispose()
    {
        Close();
        _local?.Dispose();
        _housekeeping.Dispose();
        _netlink.Dispose();
        _fd.Dispose();
    }

    private void Write(ReadOnlySpan<byte> frame, bool toHost, bool toWire)
    {
        if (_closed)
        {
            Counters.Drop(DropReason.PortBusy);
            return;
        }

        _poll.OnWritten();
        if (toHost)
        {
            _local!.Add(frame);
        }

        _flush.OnCollected(toWire ? _writer.Add(frame) : 0);
    }

    private static void SetInt32(SafeFd fd, int option, int value, string what)
    {
        if (!SocketOptions.TrySet(fd, SOL_PACKET, option, value))
        {
            throw Errno.ToException(what, Errno.Last, "use a kernel with packet sockets that carry offload headers (PACKET_VNET_HDR)");
        }
    }

    private static void Bind(SafeFd fd, int interfaceIndex, string what)
    {
        LinkAddress address = new() { Family = AF_PACKET, Protocol = ETH_P_ALL << 8, Index = interfaceIndex };
        if (!SocketOptions.TryBind(fd, address))
        {
            throw Errno.ToException(what, Errno.Last);
        }
    }

    /// <summary>As a membership of this socket, so that it ends with it, even when the process is killed.</summary>
    private static void BecomePromiscuous(SafeFd fd, int interfaceIndex, string what)
    {
        Membership membership = new() { Index = interfaceIndex, Type = PACKET_MR_PROMISC };
        if (!SocketOptions.TrySet(fd, SOL_PACKET, PACKET_ADD_MEMBERSHIP, membership))
        {
            throw SoftlanException.Create(
                what,
                $"it does not let softlan hear frames for the players' MAC addresses (promiscuous mode): {Errno.Text(Errno.Last)}",
                "on a virtual machine, allow promiscuous mode and forged MAC addresses for its network card");
        }
    }

    private void OnReceiveError(int error)
    {
        switch (error)
        {
            case Errno.EAGAIN or Errno.EINTR:
                break;
            case Errno.ENETDOWN or Errno.ENXIO or Errno.ENODEV:
                CheckInterface();
                break;
            default:
                DropReason reason = ReasonOf(error);
                if (reason == DropReason.None)
                {
                    Fail(Errno.Text(error));
                }
                else
                {
                    Counters.Drop(reason);
                }

                break;
        }
    }

    /// <summary>Why one frame could not be read, where the socket goes on; <see cref="DropReason.None"/>: it does not.</summary>
    internal static DropReason ReasonOf(int receiveError) => receiveError switch
    {
        Errno.EINVAL => DropReason.BadOffload, // A kind of super-frame that the vnet header has no word for.
        Errno.ENOBUFS or Errno.ENOMEM => DropReason.PortBusy,
        _ => DropReason.None,
    };

    private void KeepHouse()
    {
        if (_closed)
        {
            return;
        }

        CountKernelDrops();
        CheckInterface();
        if (!_closed)
        {
            _housekeeping.Set(HousekeepingInterval);
        }
    }

    private void CountKernelDrops()
    {
        Span<byte> bytes = stackalloc byte[Unsafe.SizeOf<Statistics>()];
        uint length = (uint)bytes.Length;
        if (GetSocketOption(_fd, SOL_PACKET, PACKET_STATISTICS, bytes, ref length) == 0)
        {
            Counters.Drop(DropReason.PortBusy, MemoryMarshal.Read<Statistics>(bytes).Drops);
        }
    }

    /// <summary>Down is a state that passes, and the kernel then goes on with this socket by itself; gone is for good. Of the latter it says nothing
    /// when the former came first.</summary>
    private void CheckInterface()
    {
        LinkEntry? link = NetlinkLinks.Find(_netlink, _interfaceIndex);
        if (link is null)
        {
            Fail("it is gone");
            return;
        }

        _wire.TellState(!link.IsUp ? WireState.Down : link.HasCarrier ? WireState.Connected : WireState.Unplugged, _intake.Handler);
        _wire.TellMtu(link.Mtu, _intake.Handler);
        Address = link.Address; // Most cards only take another MAC while they are down.
    }

    private void Close()
    {
        _closed = true;
        _intake.Handler = null;
        _housekeeping.Cancel();
        _poll.Dispose();
    }

    private void Fail(string why)
    {
        IFramePortHandler? handler = _intake.Handler;
        Close();
        handler?.OnPortFailed(SoftlanException.Create($"Interface '{Name}' stopped working", why, "start softlan again when the interface is back"));
    }
}
