using System.Runtime.Versioning;
using System.Text;
using Softlan.Wire;
using Softlan.Wire.Offload;
using static Softlan.Platform.Linux.NativeTun;

namespace Softlan.Platform.Linux;

/// <summary>An open TAP of the kernel's TUN/TAP driver, with vnet headers of <see cref="VirtioNetHeader.Length"/> bytes. Frames only; the interface
/// itself is changed by netlink.</summary>
[SupportedOSPlatform("linux")]
internal sealed class TunDevice : IDisposable
{
    private const string DevicePath = "/dev/net/tun";

    private const uint TcpOffloads = TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO6 | TUN_F_TSO_ECN;

    /// <summary>Attempts while somebody holds the TAP, a fifth of a second in all. Its last owner may be gone already: whatever program that one has
    /// just started holds it until it is another program.</summary>
    private const int BusyTries = 11;

    private static readonly TimeSpan BusyPause = TimeSpan.FromMilliseconds(20);

    private TunDevice(SafeFd fd, string name, bool isPersistent, bool hasUdpOffload)
    {
        Descriptor = fd;
        Name = name;
        IsPersistent = isPersistent;
        HasUdpOffload = hasUdpOffload;
    }

    public SafeFd Descriptor { get; }

    /// <summary>The name that the kernel gave.</summary>
    public string Name { get; }

    /// <summary>The interface existed before and stays when this closes (<c>ip tuntap add</c>).</summary>
    public bool IsPersistent { get; }

    /// <summary>The kernel gives and takes UDP super-frames (USO, Linux 6.2).</summary>
    public bool HasUdpOffload { get; }

    /// <summary>Looks whether TAPs can be made here at all. Makes none.</summary>
    /// <param name="name">The interface that is going to be asked for, for the message.</param>
    /// <exception cref="SoftlanException">No TUN/TAP driver, or no permission.</exception>
    public static void ThrowIfUnavailable(string name)
    {
        using SafeFd fd = NativeTun.Open(DevicePath, O_RDWR | O_NONBLOCK | O_CLOEXEC);
        if (fd.IsInvalid)
        {
            throw WhyNoDevice($"Cannot open TAP interface '{name}'", Errno.Last);
        }
    }

    /// <param name="name">An interface's name; one with <c>%d</c> gets the first free number.</param>
    /// <exception cref="SoftlanException">No TUN/TAP driver, no permission, in use by somebody else, or not a TAP.</exception>
    public static TunDevice Open(string name)
    {
        string what = name.Contains('%', StringComparison.Ordinal) ? "Cannot open a TAP interface" : $"Cannot open TAP interface '{name}'";
        SafeFd fd = NativeTun.Open(DevicePath, O_RDWR | O_NONBLOCK | O_CLOEXEC);
        if (fd.IsInvalid)
        {
            throw WhyNoDevice(what, Errno.Last);
        }

        InterfaceRequest request = new();
        int error = Attach(fd, name, IFF_TAP | IFF_NO_PI | IFF_VNET_HDR, ref request);
        for (int tries = 1; error == Errno.EBUSY && tries < BusyTries; tries++)
        {
            Thread.Sleep(BusyPause);
            error = Attach(fd, name, IFF_TAP | IFF_NO_PI | IFF_VNET_HDR, ref request);
        }

        if (error == Errno.EINVAL)
        {
            // A persistent TAP that was made with several queues insists on being opened that way.
            error = Attach(fd, name, IFF_TAP | IFF_NO_PI | IFF_VNET_HDR | IFF_MULTI_QUEUE, ref request);
        }

        if (error == 0 && (ExchangeInterface(fd, TUNGETIFF, ref request) < 0 || SetInt32(fd, TUNSETVNETHDRSZ, VirtioNetHeader.Length) < 0))
        {
            error = Errno.Last;
        }

        if (error != 0)
        {
            fd.Dispose();
            throw WhyNotAttached(what, error);
        }

        // The best the kernel knows; without any of it frames come one by one and finished.
        bool hasUdpOffload = SetValue(fd, TUNSETOFFLOAD, TcpOffloads | TUN_F_USO4 | TUN_F_USO6) == 0;
        if (!hasUdpOffload && SetValue(fd, TUNSETOFFLOAD, TcpOffloads) < 0)
        {
            _ = SetValue(fd, TUNSETOFFLOAD, 0);
        }

        ReadOnlySpan<byte> given = request.Name;
        int end = given.IndexOf((byte)0);
        return new TunDevice(fd, Encoding.UTF8.GetString(end < 0 ? given : given[..end]), (request.Flags & IFF_PERSIST) != 0, hasUdpOffload);
    }

    /// <summary>Does for an owner that was killed what <see cref="Dispose"/> does.</summary>
    /// <param name="name">A TAP that exists; another would be made for a moment.</param>
    /// <exception cref="SoftlanException">As <see cref="Open"/>.</exception>
    public static void ResetOffloads(string name) => Open(name).Dispose();

    /// <remarks>The kernel keeps the offloads of a persistent interface for its next owner, who would read frames with unfinished checksums although
    /// it asked for none.</remarks>
    public void Dispose()
    {
        if (IsPersistent && !Descriptor.IsClosed)
        {
            _ = SetValue(Descriptor, TUNSETOFFLOAD, 0);
        }

        Descriptor.Dispose();
    }

    private static int Attach(SafeFd fd, string name, ushort flags, ref InterfaceRequest request)
    {
        request = new InterfaceRequest { Flags = flags };
        Encoding.UTF8.GetBytes(name, request.Name);
        return ExchangeInterface(fd, TUNSETIFF, ref request) < 0 ? Errno.Last : 0;
    }

    private static SoftlanException WhyNoDevice(string what, int errno) => errno switch
    {
        Errno.ENOENT => SoftlanException.Create(
            what,
            $"there is no {DevicePath}",
            "load the driver (modprobe tun); in a container, pass the device in (--device /dev/net/tun)"),
        Errno.ENODEV or Errno.ENXIO => SoftlanException.Create(what, $"the kernel has no driver behind {DevicePath}", "load it: modprobe tun"),
        Errno.EPERM or Errno.EACCES => SoftlanException.Create(what, $"this process may not open {DevicePath}", Privileges.Hint),
        _ => Errno.ToException(what, errno),
    };

    private static SoftlanException WhyNotAttached(string what, int errno) => errno switch
    {
        Errno.EPERM or Errno.EACCES => SoftlanException.Create(what, "this process may not make network interfaces", Privileges.Hint),
        Errno.ENOTTY => SoftlanException.Create(
            what,
            $"{DevicePath} is not the TUN/TAP driver's device",
            $"make it again: rm {DevicePath}, then mknod {DevicePath} c 10 200; in a container, pass the device in (--device {DevicePath})"),
        Errno.EBUSY => SoftlanException.Create(
            what,
            "another process is using it",
            "end that process (is softlan running already?), or choose another name with --tap"),
        Errno.EINVAL => SoftlanException.Create(what, "an interface of that name exists and is not a TAP", "choose another name with --tap"),
        _ => Errno.ToException(what, errno),
    };
}
