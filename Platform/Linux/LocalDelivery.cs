using System.Runtime.Versioning;
using Softlan.Platform.Linux.Netlink;
using Softlan.Wire;

namespace Softlan.Platform.Linux;

/// <summary>Lets frames enter this host through an interface as if they had come in by its cable. A packet socket cannot: what it sends only
/// leaves.</summary>
/// <remarks>
/// <code>
///  softlan --write--> TAP sl0 --ingress hook: BPF program--> eth0 "received" --> the host's stack
/// </code>
/// The TAP has no address and no IPv6, and every frame that enters it is taken away by the program, which marks it, so that softlan's packet socket
/// on eth0 does not hear it again (<see cref="MarkFilter"/>). All of it is gone when the TAP's descriptor closes, even when the process is killed.
/// </remarks>
[SupportedOSPlatform("linux")]
internal sealed class LocalDelivery : IDisposable
{
    /// <summary>The mark of delivered frames: "slan" in ASCII, so that it is nobody else's. Firewall rules see it.</summary>
    public const uint Mark = 0x736c616e;

    private const string NamePrefix = "sl";
    private const string NameTemplate = NamePrefix + "%d";
    private const string ProgramName = "softlan";

    private readonly TunDevice _device;
    private readonly TapWriter _writer;

    private LocalDelivery(TunDevice device, PeerCounters counters)
    {
        _device = device;
        _writer = new TapWriter(device.Descriptor, counters, device.HasUdpOffload);
    }

    /// <summary>Whether this interface is the TAP of one, of this process or of another gateway on this host: no LAN is behind it.</summary>
    public static bool IsItsTap(LinkEntry link) =>
        link.Kind == "tun"
        && link.Name.StartsWith(NamePrefix, StringComparison.Ordinal)
        && link.Name.Length > NamePrefix.Length
        && link.Name[NamePrefix.Length..].All(char.IsAsciiDigit);

    /// <param name="target">The interface that frames are to enter.</param>
    /// <param name="counters">Where frames that the kernel refuses are counted.</param>
    /// <param name="unavailable">Why not: a sentence with a hint.</param>
    /// <returns>Null when this host cannot; nothing is left behind then.</returns>
    public static LocalDelivery? OpenOrNull(LinkEntry target, PeerCounters counters, out string? unavailable)
    {
        try
        {
            unavailable = null;
            return Open(target, counters);
        }
        catch (SoftlanException e)
        {
            unavailable = $"{e.What}: {e.Why}. Hint: run the gateway as root, or put {target.Name} into a bridge and use --bridge";
            return null;
        }
    }

    /// <summary>Takes a copy of a frame. Errors are counted: the LAN goes on without this.</summary>
    public void Add(ReadOnlySpan<byte> frame) => _ = _writer.Add(frame);

    public void Flush() => _ = _writer.Flush();

    public void Dispose() => _device.Dispose();

    private static LocalDelivery Open(LinkEntry target, PeerCounters counters)
    {
        TunDevice device = TunDevice.Open(NameTemplate);
        try
        {
            using NetlinkSocket netlink = NetlinkSocket.Open();
            string what = $"Cannot set up {device.Name}";
            LinkEntry link = NetlinkLinks.Find(netlink, device.Name) ?? throw SoftlanException.Create(what, "it vanished");
            Sysctl.Write(device.Name, Sysctl.DisableIPv6, 1);
            using SafeFd program = RedirectProgram.Load(target.Index, Mark);
            if (program.IsInvalid)
            {
                throw Errno.ToException("Cannot load a BPF program", Errno.Last);
            }

            NetlinkFilters.AddClsact(netlink, link.Index).ThrowIfFailed($"Cannot add a clsact hook to {device.Name}");
            NetlinkFilters.AttachIngress(netlink, link.Index, program, ProgramName).ThrowIfFailed($"Cannot attach a BPF program to {device.Name}");
            NetlinkLinks.SetUp(netlink, link.Index, true).ThrowIfFailed(what);
            return new LocalDelivery(device, counters);
        }
        catch
        {
            device.Dispose();
            throw;
        }
    }
}
