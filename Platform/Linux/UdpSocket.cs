using System.Net;
using System.Net.Sockets;
using System.Runtime.Versioning;

namespace Softlan.Platform.Linux;

/// <summary>A bound, non-blocking UDP socket with the options that QUIC needs. Reading and writing are in <see cref="UdpReceiveBatch"/> and
/// <see cref="UdpTransmitBatch"/>.</summary>
[SupportedOSPlatform("linux")]
internal sealed class UdpSocket : IDisposable
{
    private UdpSocket(SafeFd fd, bool isWildcard, string what)
    {
        Fd = fd;
        IsWildcard = isWildcard;
        uint length = SockAddr.Inet6Length;
        if (NativeSocket.GetSocketName(fd, out SockAddr local, ref length) < 0)
        {
            throw Errno.ToException(what, Errno.Last);
        }

        LocalAddress = local;
    }

    public SafeFd Fd { get; }

    /// <summary>Where it is bound; the address part may be the wildcard.</summary>
    public SockAddr LocalAddress { get; }

    public bool IsWildcard { get; }

    /// <summary>Family of all its addresses: IPv4 peers of a dual-stack socket appear as mapped IPv6 addresses.</summary>
    public ushort Family => LocalAddress.Family;

    /// <summary>What ICMP says about datagrams that left before is the error of the next call (IP_RECVERR).</summary>
    public bool HearsErrors { get; private set; }

    /// <summary>It said that nobody listens there (port unreachable). Whoever deals with it sets it back.</summary>
    public bool IsRefused { get; set; }

    /// <param name="endPoint"><see cref="IPAddress.IPv6Any"/> takes both families where the kernel has IPv6, else IPv4.</param>
    /// <param name="what">For the error, for example "Cannot listen on 0.0.0.0:443/udp".</param>
    /// <param name="tellsDestination">With each datagram comes the address that it was sent to (IP_PKTINFO).</param>
    /// <param name="sharesPort">Other sockets of this process are, or will be, bound to the same port (SO_REUSEPORT). The first one must not: then it
    /// would share it with strangers.</param>
    public static UdpSocket Bind(IPEndPoint endPoint, string what, bool tellsDestination = true, bool sharesPort = false)
    {
        ushort family = endPoint.AddressFamily == AddressFamily.InterNetwork ? SockAddr.Inet : SockAddr.Inet6;
        SafeFd fd = Open(family);
        int errno = Errno.Last;
        if (fd.IsInvalid && errno == Errno.EAFNOSUPPORT && endPoint.Address.Equals(IPAddress.IPv6Any))
        {
            fd.Dispose();
            family = SockAddr.Inet;
            endPoint = new IPEndPoint(IPAddress.Any, endPoint.Port);
            fd = Open(family);
            errno = Errno.Last;
        }

        return Create(fd, errno, endPoint, family, what, tellsDestination, sharesPort);
    }

    /// <summary>One to send to <paramref name="remote"/> with, from the address and port that the kernel chooses. There is no falling back: an IPv4
    /// socket does not reach an IPv6 address.</summary>
    public static UdpSocket BindFor(IPAddress remote, string what)
    {
        bool isV4 = remote.AddressFamily == AddressFamily.InterNetwork || remote.IsIPv4MappedToIPv6;
        ushort family = isV4 ? SockAddr.Inet : SockAddr.Inet6;
        SafeFd fd = Open(family);
        int errno = Errno.Last;
        IPEndPoint any = new(isV4 ? IPAddress.Any : IPAddress.IPv6Any, 0);
        return Create(fd, errno, any, family, what, tellsDestination: false, sharesPort: false);
    }

    /// <summary>The source address that the kernel would use towards <paramref name="remote"/> now; null when there is no route.</summary>
    public static SockAddr? FindSource(SockAddr remote)
    {
        using SafeFd fd = Open(remote.Family);
        uint length = remote.Length;
        if (fd.IsInvalid || NativeSocket.Connect(fd, in remote, length) < 0)
        {
            return null;
        }

        return NativeSocket.GetSocketName(fd, out SockAddr source, ref length) == 0 ? source : null;
    }

    /// <summary>Begins or ceases to hear errors. A connected socket would hear them without being asked, and keep the source address of now for
    /// ever.</summary>
    public void HearErrors(bool hears)
    {
        HearsErrors = hears && SetHearsErrors(1);
        if (!hears)
        {
            // That empties the queue of errors. The one that the next call would report goes as well: it is not about that call.
            SetHearsErrors(0);
            IsRefused |= SocketOptions.TakeError(Fd) == Errno.ECONNREFUSED;
        }
    }

    /// <summary>A call for this socket has failed.</summary>
    /// <param name="errno">Why.</param>
    public void NoteError(int errno)
    {
        if (HearsErrors && errno is not (Errno.EAGAIN or Errno.EINTR))
        {
            IsRefused |= errno == Errno.ECONNREFUSED;
            DropErrors();
        }
    }

    /// <summary>Lets go of errors that wait to be read, which epoll reports until they are gone, whether a call has failed for one or not.</summary>
    public void DropErrors()
    {
        if (HearsErrors)
        {
            HearErrors(false);
            HearErrors(!IsRefused);
        }
    }

    public void Dispose() => Fd.Dispose();

    private static SafeFd Open(ushort family) =>
        NativeSocket.Socket(family, NativeSocket.SOCK_DGRAM | NativeSocket.SOCK_NONBLOCK | NativeSocket.SOCK_CLOEXEC, 0);

    /// <param name="fd">What <see cref="Open"/> returned; owned from here on.</param>
    /// <param name="errno">Why that is none, if it is none.</param>
    private static UdpSocket Create(
        SafeFd fd, int errno, IPEndPoint endPoint, ushort family, string what, bool tellsDestination, bool sharesPort)
    {
        try
        {
            if (fd.IsInvalid)
            {
                throw Errno.ToException(what, errno);
            }

            Configure(fd, family, tellsDestination);
            BindTo(fd, endPoint, family, what, sharesPort);
            bool isWildcard = endPoint.Address.Equals(IPAddress.Any) || endPoint.Address.Equals(IPAddress.IPv6Any);
            return new UdpSocket(fd, isWildcard, what);
        }
        catch
        {
            fd.Dispose();
            throw;
        }
    }

    private bool SetHearsErrors(int value) => Family == SockAddr.Inet6
        ? SocketOptions.TrySet(Fd, NativeUdp.IPPROTO_IPV6, NativeUdp.IPV6_RECVERR, value)
        : SocketOptions.TrySet(Fd, NativeUdp.IPPROTO_IP, NativeUdp.IP_RECVERR, value);

    private static void Configure(SafeFd fd, ushort family, bool tellsDestination)
    {
        if (family == SockAddr.Inet6)
        {
            // Without IPv4 the mapped addresses would not arrive; a socket bound to one IPv6 address does not care.
            _ = SocketOptions.TrySet(fd, NativeUdp.IPPROTO_IPV6, NativeUdp.IPV6_V6ONLY, 0);
            _ = SocketOptions.TrySet(fd, NativeUdp.IPPROTO_IPV6, NativeUdp.IPV6_MTU_DISCOVER, NativeUdp.IP_PMTUDISC_PROBE);
        }

        _ = SocketOptions.TrySet(fd, NativeUdp.IPPROTO_IP, NativeUdp.IP_MTU_DISCOVER, NativeUdp.IP_PMTUDISC_PROBE);
        if (tellsDestination)
        {
            _ = family == SockAddr.Inet6
                ? SocketOptions.TrySet(fd, NativeUdp.IPPROTO_IPV6, NativeUdp.IPV6_RECVPKTINFO, 1)
                : SocketOptions.TrySet(fd, NativeUdp.IPPROTO_IP, NativeUdp.IP_PKTINFO, 1);
        }

        _ = SocketOptions.TrySet(fd, NativeUdp.SOL_UDP, NativeUdp.UDP_GRO, 1); // Where the kernel has it, datagrams of one burst come together.
        SocketOptions.GrowBuffers(fd);
    }

    private static void BindTo(SafeFd fd, IPEndPoint endPoint, ushort family, string what, bool sharesPort)
    {
        if (sharesPort && !SocketOptions.TrySet(fd, NativeSocket.SOL_SOCKET, NativeSocket.SO_REUSEPORT, 1))
        {
            throw Errno.ToException(what, Errno.Last, "use --workers 1");
        }

        SockAddr address = SockAddr.From(endPoint, family);
        if (NativeSocket.Bind(fd, in address, address.Length) < 0)
        {
            int errno = Errno.Last;
            throw Errno.ToException(what, errno, BindHint(errno, endPoint));
        }
    }

    private static string? BindHint(int errno, IPEndPoint endPoint) => errno switch
    {
        Errno.EADDRINUSE when endPoint.Port != 0 =>
            $"another program has UDP port {endPoint.Port}; choose another --listen port, or stop that program (ss -ulpn shows it)",
        Errno.EACCES =>
            "ports below 1024 need root or CAP_NET_BIND_SERVICE; try sudo, "
            + "sudo setcap cap_net_bind_service+ep on softlan's file, or --listen 4433/udp",
        Errno.EADDRNOTAVAIL => $"{endPoint.Address} is not an address of this machine (ip address shows them)",
        _ => null,
    };
}
