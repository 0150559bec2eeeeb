using System.Net;
using System.Net.Sockets;
using System.Runtime.Versioning;

namespace Softlan.Platform.Linux;

/// <summary>A bound, non-blocking UDP socket with the options that QUIC needs. Reading and writing are in <see cref="UdpReceiveBatch"/> and
/// <see cref="UdpTransmitBatch"/>.</summary>
[SupportedOSPlatform("linux")]
internal sealed class UdpSocket : IDisposable
{
    private UdpSocket(SafeFd fd, SockAddr local, bool isWildcard)
    {
        Fd = fd;
        LocalAddress = local;
        IsWildcard = isWildcard;
    }

    public SafeFd Fd { get; }

    /// <summary>Where it is bound; the address part may be the wildcard.</summary>
    public SockAddr LocalAddress { get; }

    public bool IsWildcard { get; }

    /// <summary>Family of all its addresses: IPv4 peers of a dual-stack socket appear as mapped IPv6 addresses.</summary>
    public ushort Family => LocalAddress.Family;

    /// <param name="endPoint"><see cref="IPAddress.IPv6Any"/> takes both families where the kernel has IPv6, else IPv4.</param>
    /// <param name="what">For the error, for example "Cannot listen on 0.0.0.0:443/udp".</param>
    /// <param name="sharesPort">Other sockets of this process are, or will be, bound to the same port (SO_REUSEPORT). The first one must not: then it
    /// would share it with strangers.</param>
    public static UdpSocket Bind(IPEndPoint endPoint, string what, bool sharesPort = false)
    {
        bool wildcard = endPoint.Address.Equals(IPAddress.Any) || endPoint.Address.Equals(IPAddress.IPv6Any);
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

        if (fd.IsInvalid)
        {
            fd.Dispose();
            throw Errno.ToException(what, errno);
        }

        try
        {
            return Configure(fd, endPoint, family, wildcard, what, sharesPort);
        }
        catch
        {
            fd.Dispose();
            throw;
        }
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

    public void Dispose() => Fd.Dispose();

    private static SafeFd Open(ushort family) =>
        NativeSocket.Socket(family, NativeSocket.SOCK_DGRAM | NativeSocket.SOCK_NONBLOCK | NativeSocket.SOCK_CLOEXEC, 0);

    private static UdpSocket Configure(SafeFd fd, IPEndPoint endPoint, ushort family, bool wildcard, string what, bool sharesPort)
    {
        if (family == SockAddr.Inet6)
        {
            // Without IPv4 the mapped addresses would not arrive; a socket bound to one IPv6 address does not care.
            _ = SocketOptions.TrySet(fd, NativeUdp.IPPROTO_IPV6, NativeUdp.IPV6_V6ONLY, 0);
            _ = SocketOptions.TrySet(fd, NativeUdp.IPPROTO_IPV6, NativeUdp.IPV6_MTU_DISCOVER, NativeUdp.IP_PMTUDISC_PROBE);
            _ = SocketOptions.TrySet(fd, NativeUdp.IPPROTO_IPV6, NativeUdp.IPV6_RECVPKTINFO, 1);
        }

        _ = SocketOptions.TrySet(fd, NativeUdp.IPPROTO_IP, NativeUdp.IP_MTU_DISCOVER, NativeUdp.IP_PMTUDISC_PROBE);
        if (family == SockAddr.Inet)
        {
            _ = SocketOptions.TrySet(fd, NativeUdp.IPPROTO_IP, NativeUdp.IP_PKTINFO, 1);
        }

        _ = SocketOptions.TrySet(fd, NativeUdp.SOL_UDP, NativeUdp.UDP_GRO, 1); // Where the kernel has it, datagrams of one burst come together.
        SocketOptions.GrowBuffers(fd);
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

        uint length = SockAddr.Inet6Length;
        if (NativeSocket.GetSocketName(fd, out SockAddr local, ref length) < 0)
        {
            throw Errno.ToException(what, Errno.Last);
        }

        return new UdpSocket(fd, local, wildcard);
    }

    private static string? BindHint(int errno, IPEndPoint endPoint) => errno switch
    {
        Errno.EADDRINUSE => $"another program has UDP port {endPoint.Port}; choose another --listen port, or stop that program (ss -ulpn shows it)",
        Errno.EACCES =>
            "ports below 1024 need root or CAP_NET_BIND_SERVICE; try sudo, "
            + "sudo setcap cap_net_bind_service+ep on softlan's file, or --listen 4433/udp",
        Errno.EADDRNOTAVAIL => $"{endPoint.Address} is not an address of this machine (ip address shows them)",
        _ => null,
    };
}
