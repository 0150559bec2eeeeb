using System.Runtime.Versioning;
using Softlan.Platform.Linux.Netlink;
using Softlan.Wire;
using Softlan.Wire.Offload;

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
/// <remarks>The socket outlives its interface. When an adapter is unplugged, its driver loaded anew, or the interface deleted or moved to another
/// network namespace, it waits for an interface of that name. One that is renamed is the same interface, and the socket stays on it.</remarks>
[SupportedOSPlatform("linux")]
internal sealed class PacketSocket : IFramePort, IReadablePort, ITurnEnd
{
    /// <summary>Calls of recvmmsg in one turn: 64 frames or super-frames, then the rest has to wait.</summary>
    private const int MaxReceivesPerTurn = 2;

    /// <summary>Frames that one turn reports before the rest has to wait, so that super-frames of many small segments do not hold up the lane. One
    /// super-frame is not left half done; those that were read with it are the next turn's first.</summary>
    internal const int MaxFramesPerTurn = 256;

    private static readonly TimeSpan HousekeepingInterval = TimeSpan.FromSeconds(1);

    private readonly EventLoop _loop;
    private readonly SafeFd _fd;
    private readonly NetlinkSocket _netlink;
    private readonly WireWatch _wire;
    private readonly InterfaceReturn _return;
    private readonly bool _deliversLocally;
    private readonly GuestAddresses _guests = new();
    private readonly PacketReceiver _receiver = new();
    private readonly FrameIntake _intake;
    private readonly PacketWriter _writer;
    private readonly PortPoll _poll;
    private readonly ILaneTimer _housekeeping;
    private int _interfaceIndex;
    private LocalDelivery? _local;

    /// <summary>Slots of the receiver that the last call filled, and the first that is not reported yet.</summary>
    private int _slotCount;
    private int _nextSlot;

    /// <summary>The interface is there: what is written can go somewhere.</summary>
    private bool _isAttached = true;
    private bool _closed;
    private readonly TurnFlush _flush;

    private PacketSocket(EventLoop loop, SafeFd fd, NetlinkSocket netlink, PacketSocketOptions options)
    {
        _loop = loop;
        _fd = fd;
        _netlink = netlink;
        _interfaceIndex = options.Interface.Index;
        Name = options.Interface.Name;
        Address = options.Interface.Address;
        _wire = new WireWatch(options.Interface.Mtu);
        _return = new InterfaceReturn(netlink, Name);
        _intake = new FrameIntake(Counters);
        _writer = new PacketWriter(fd, Counters);
        _flush = new TurnFlush(loop, this);
        _poll = new PortPoll(loop, fd, this, options.Moderation);
        _housekeeping = loop.CreateTimer(KeepHouse);
        _deliversLocally = options.DeliverLocally;
        OpenLocalDelivery(options.Interface);
    }

    public string Name { get; }

    public MacAddress Address { get; private set; }

    public PeerCounters Counters { get; } = new();

    public bool HasUnread => _nextSlot < _slotCount && !_closed;

    /// <summary>Why players do not reach this host itself through this port: a sentence with a hint; null when they do.</summary>
    public string? LocalDeliveryUnavailable { get; private set; }

    /// <exception cref="SoftlanException">No permission, or the kernel lacks something that cannot be done without.</exception>
    public static PacketSocket Open(EventLoop loop, PacketSocketOptions options)
    {
        string what = WhatFails(options.Interface.Name);
        SafeFd fd = PacketDescriptor.Open(what);
        NetlinkSocket? netlink = null;
        try
        {
            PacketDescriptor.Attach(fd, options.Interface.Index, what);
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
        if (LocalDeliveryUnavailable is { } why)
        {
            handler.OnHostNotReachable(why);
        }
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
        for (int i = 0; i < MaxReceivesPerTurn && frames < MaxFramesPerTurn && !_closed; i++)
        {
            if (!HasUnread && !TryReceive(most))
            {
                break;
            }

            while (HasUnread && frames < MaxFramesPerTurn)
            {
                (int framesOfSlot, int bytesOfSlot) = Report(_nextSlot++);
                frames += framesOfSlot;
                bytes += bytesOfSlot;
            }

            if (_slotCount < PacketReceiver.SlotCount)
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
        if (!_isAttached)
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

    private static string WhatFails(string name) => $"Cannot open interface '{name}'";

    private void OpenLocalDelivery(LinkEntry link)
    {
        if (_deliversLocally)
        {
            _local = LocalDelivery.OpenOrNull(link, Counters, out string? unavailable);
            LocalDeliveryUnavailable = unavailable;
        }
    }

    private bool TryReceive(int most)
    {
        int count = _receiver.Receive(_fd, most);
        (_nextSlot, _slotCount) = (0, Math.Max(count, 0));
        if (count < 0)
        {
            OnReceiveError(Errno.Last);
        }

        return count > 0;
    }

    /// <returns>How many frames were in the slot, and its length in bytes.</returns>
    private (int Frames, int Bytes) Report(int slot)
    {
        if (!_receiver.TryGet(slot, out VirtioNetHeader header, out Span<byte> frame, out FrameOrigin origin))
        {
            Counters.Drop(DropReason.BadOffload);
            return (0, 0);
        }

        int length = frame.Length;
        _guests.OnHeard(MacAddress.Read(frame[MacAddress.Length..]), origin, Address);
        return (_intake.Deliver(header, frame, origin), length);
    }

    private void OnReceiveError(int error)
    {
        switch (error)
        {
            case Errno.EAGAIN or Errno.EINTR:
                break;
            case Errno.ENETDOWN or Errno.ENXIO or Errno.ENODEV:
                LookAtInterface();
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

        Counters.Drop(DropReason.PortBusy, PacketDescriptor.TakeDrops(_fd));
        LookAtInterface();
        if (!_closed)
        {
            _housekeeping.Set(HousekeepingInterval);
        }
    }

    private void LookAtInterface()
    {
        if (_isAttached)
        {
            CheckInterface();
        }
        else
        {
            _return.Look(_loop.Now, TakeUp, _intake.Handler);
        }
    }

    /// <summary>Down is a state that passes, and the kernel then goes on with this socket by itself. Of an interface that goes it says nothing when
    /// it was down before.</summary>
    private void CheckInterface()
    {
        LinkEntry? link;
        try
        {
            link = PacketDescriptor.IsAttached(_fd, _interfaceIndex) ? NetlinkLinks.Find(_netlink, _interfaceIndex) : null;
        }
        catch (SoftlanException)
        {
            return; // The kernel did not answer this time, for example because memory is short: it is asked again within a second.
        }

        if (link is null)
        {
            LetGo();
            return;
        }

        Address = link.Address; // Most cards only take another MAC while they are down.
        _wire.TellState(!link.IsUp ? WireState.Down : link.HasCarrier ? WireState.Connected : WireState.Unplugged, _intake.Handler);
        _wire.TellMtu(link.Mtu, _intake.Handler);
    }

    /// <summary>The interface is gone, and what leads through it to this host leads nowhere.</summary>
    private void LetGo()
    {
        _isAttached = false;
        _local?.Flush();
        _local?.Dispose();
        _local = null;
        _guests.Clear();
        _wire.TellState(WireState.Gone, _intake.Handler);
    }

    /// <summary>An interface of that name is there again: the same, or another one with another MAC and MTU.</summary>
    private void TakeUp(LinkEntry link)
    {
        PacketDescriptor.Attach(_fd, link.Index, WhatFails(Name));
        _interfaceIndex = link.Index;
        _isAttached = true;
        bool wasReachable = LocalDeliveryUnavailable is null;
        OpenLocalDelivery(link);
        CheckInterface();
        if (wasReachable && LocalDeliveryUnavailable is { } why)
        {
            _intake.Handler?.OnHostNotReachable(why);
        }
    }

    private void Close()
    {
        _closed = true;
        _isAttached = false;
        _intake.Handler = null;
        _housekeeping.Cancel();
        _poll.Dispose();
    }

    private void Fail(string why)
    {
        IFramePortHandler? handler = _intake.Handler;
        Close();
        handler?.OnPortFailed(SoftlanException.Create($"Interface '{Name}' stopped working", why, "start softlan again"));
    }
}
