using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Softlan.Wire;
using static Softlan.Platform.Linux.NativePacket;
using static Softlan.Platform.Linux.NativeSocket;

namespace Softlan.Platform.Linux;

/// <summary>The descriptor of a packet socket that hears all frames of one interface, those for other machines too, each with a vnet
/// header.</summary>
[SupportedOSPlatform("linux")]
internal static class PacketDescriptor
{
    /// <summary>Makes one that hears nothing yet.</summary>
    /// <param name="what">What cannot be done when this fails, without a full stop.</param>
    /// <exception cref="SoftlanException">No permission, or the kernel lacks something that cannot be done without.</exception>
    public static SafeFd Open(string what)
    {
        // Protocol 0 hears nothing. Everything is set before Attach names the protocol, so that no frame of another interface, and none without its
        // vnet header, is ever queued.
        SafeFd fd = NativeSocket.Socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        if (fd.IsInvalid)
        {
            throw Errno.Last is Errno.EPERM or Errno.EACCES
                ? SoftlanException.Create(what, "this process may not open packet sockets", Privileges.Hint)
                : Errno.ToException(what, Errno.Last);
        }

        try
        {
            SetInt32(fd, PACKET_VNET_HDR, 1, what);
            SetInt32(fd, PACKET_AUXDATA, 1, what);
            SocketOptions.GrowBuffers(fd);
            MarkFilter.Attach(fd, LocalDelivery.Mark, what);
            return fd;
        }
        catch
        {
            fd.Dispose();
            throw;
        }
    }

    /// <summary>Hears and sends on this interface from now on. A socket whose interface vanished takes another one as well: only binding and
    /// membership went with it (packet_notifier in net/packet/af_packet.c).</summary>
    /// <param name="fd">From <see cref="Open"/>.</param>
    /// <param name="interfaceIndex">The interface's.</param>
    /// <param name="what">What cannot be done when this fails, without a full stop.</param>
    /// <exception cref="SoftlanException">The interface is gone, or must not hear what is for other machines; nothing is heard then.</exception>
    public static void Attach(SafeFd fd, int interfaceIndex, string what)
    {
        BecomePromiscuous(fd, interfaceIndex, what);
        LinkAddress address = new() { Family = AF_PACKET, Protocol = ETH_P_ALL << 8, Index = interfaceIndex };
        if (!SocketOptions.TryBind(fd, address))
        {
            throw Errno.ToException(what, Errno.Last);
        }
    }

    /// <summary>Whether the interface of that index is still the one that the socket was attached to. One that was moved to another network namespace
    /// and back has its old index, and is not.</summary>
    public static bool IsAttached(SafeFd fd, int interfaceIndex)
    {
        Span<byte> bytes = stackalloc byte[Unsafe.SizeOf<LinkAddress>()];
        uint length = (uint)bytes.Length;
        return GetSocketName(fd, bytes, ref length) == 0 && MemoryMarshal.Read<LinkAddress>(bytes).Index == interfaceIndex;
    }

    /// <summary>Frames that the kernel dropped since the last call because the socket's queue was full.</summary>
    public static uint TakeDrops(SafeFd fd)
    {
        Span<byte> bytes = stackalloc byte[Unsafe.SizeOf<Statistics>()];
        uint length = (uint)bytes.Length;
        return GetSocketOption(fd, SOL_PACKET, PACKET_STATISTICS, bytes, ref length) == 0 ? MemoryMarshal.Read<Statistics>(bytes).Drops : 0;
    }

    private static void SetInt32(SafeFd fd, int option, int value, string what)
    {
        if (!SocketOptions.TrySet(fd, SOL_PACKET, option, value))
        {
            throw Errno.ToException(what, Errno.Last, "use a kernel with packet sockets that carry offload headers (PACKET_VNET_HDR)");
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
}
