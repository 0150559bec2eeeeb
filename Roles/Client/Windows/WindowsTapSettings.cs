using Microsoft.Extensions.Logging;
using Softlan.Platform.Windows;
using Softlan.Wire;
using static Softlan.Platform.Windows.NativeIphlpapi;

namespace Softlan.Roles.Client.Windows;

/// <summary>The IP side of the TAP on Windows: MTU, metric 1, no default route through the party, and its DNS servers for its own names only. Each
/// change is noted before it is first made.</summary>
/// <remarks>
/// Metric 1, because Windows sends 255.255.255.255 out on the interface with the best metric alone, and that is how games look for each other. No
/// default routes, because with that metric a router that the party's DHCP names would take over the whole internet of this PC.
/// </remarks>
/// <param name="ip">For questions and changes.</param>
/// <param name="changes">Where changes are noted.</param>
/// <param name="adapter">The adapter.</param>
/// <param name="luid">Its interface.</param>
/// <param name="before">What is the player's own, and stays.</param>
/// <param name="logger">For what the player should know.</param>
internal sealed class WindowsTapSettings(
    IIpHelper ip, HostChanges changes, TapAdapter adapter, ulong luid, WindowsPlayerRoutes before, ILogger logger)
{
    private const uint Metric = 1;

    private readonly IpInterfaces _interfaces = new(ip);
    private readonly HashSet<ushort> _noted = [];
    private int _driverMtu = FrameLimits.MaxMtu;
    private bool _saidSmallMtu;
    private bool _saidNoIPv6;

    /// <summary>Reads the longest packet that the driver takes from Windows, each time that it is opened: its MTU property, which Windows does not
    /// heed by itself.</summary>
    /// <remarks>Of longer ones it refuses the whole list that Windows sends at once (tap-windows6, src/txpath.c,
    /// tapNetBufferListNetBufferLengthsValid), while it tells Windows that it takes 1500 bytes (src/adapter.c). What it is given to receive may be
    /// longer.</remarks>
    public ITapDevice NoteMtu(ITapDevice device)
    {
        _driverMtu = device.ReadMtu() is >= NativeTapWindows6.MINIMUM_MTU and int mtu ? mtu : FrameLimits.MaxMtu;
        return device;
    }

    /// <summary>The MTU that the adapter gets in a room, in bytes.</summary>
    public int MtuIn(int room) => Math.Min(room, _driverMtu);

    /// <summary>Makes it so, or leaves it so.</summary>
    /// <param name="room">The room's MTU, in bytes.</param>
    /// <returns>False while Windows has no IPv4 on the adapter: right after it was started, or because somebody switched it off.</returns>
    /// <exception cref="SoftlanException">Windows refuses, or does not keep it.</exception>
    public bool Apply(int room)
    {
        int mtu = MtuIn(room);
        if (mtu < room && !_saidSmallMtu)
        {
            _saidSmallMtu = true;
            ClientLog.DriverMtuIsSmaller(logger, adapter.Name, mtu, room);
        }

        if (!Apply(AF_INET, (uint)mtu))
        {
            return false;
        }

        try
        {
            Apply(AF_INET6, (uint)Math.Max(mtu, FrameLimits.MinMtu)); // IPv6 has none that is smaller (RFC 8200, section 5).
        }
        catch (SoftlanException e)
        {
            if (!_saidNoIPv6)
            {
                _saidNoIPv6 = true;
                ClientLog.IPv6NotPrepared(logger, adapter.Name, e.Message);
            }
        }

        return true;
    }

    /// <summary>Asks Windows to leave the party's DNS servers alone with names that are not the party's: with the best metric they would be asked
    /// first, for everything.</summary>
    /// <remarks>Best effort: what Windows makes of it stands in no documentation beside the field's name.</remarks>
    public void LimitDns()
    {
        foreach (ushort family in (ushort[])[AF_INET, AF_INET6])
        {
            int error = ip.ReadDnsLimit(adapter.Id, family, out bool isLimited);
            if (error == 0 && !isLimited)
            {
                HostChange.DnsLimited change = new(adapter.Name, adapter.Id, family == AF_INET6);
                changes.Make(change, () => error = ip.WriteDnsLimit(adapter.Id, family, isLimited: true));
                if (error != 0)
                {
                    changes.Forget(change);
                }
            }

            if (error != 0)
            {
                ClientLog.DnsNotLimited(logger, adapter.Name, $"{nameof(SetInterfaceDnsSettings)}: {Win32Error.Text(error)}");
            }
        }
    }

    private bool Apply(ushort family, uint mtu)
    {
        IpInterfaceState wanted = new(AutomaticMetric: false, Metric, DefaultRoutesDisabled: true, mtu);
        if (_interfaces.Read(luid, family) is not { } now)
        {
            return false;
        }

        if (now.Satisfies(wanted))
        {
            return true;
        }

        bool isThere = false;
        void Write() => isThere = _interfaces.Write(luid, family, wanted);
        if (_noted.Contains(family))
        {
            Write();
        }
        else
        {
            changes.Make(
                new HostChange.IpInterfaceReplaced(
                    adapter.Name,
                    adapter.Id,
                    family == AF_INET6,
                    now.AutomaticMetric,
                    now.Metric,
                    now.DefaultRoutesDisabled,
                    now.Mtu,
                    before.DefaultRoutes(family)),
                Write);
            _noted.Add(family);
        }

        if (!isThere || _interfaces.Read(luid, family) is not { } kept)
        {
            return false;
        }

        // A default route that is allowed on the best interface would be the way of everything.
        if (!kept.Satisfies(wanted))
        {
            throw SoftlanException.Create(
                $"Cannot prepare the {IpInterfaces.NameOf(family)} side of the TAP adapter '{adapter.Name}'",
                $"{nameof(SetIpInterfaceEntry)} succeeds, but {nameof(GetIpInterfaceEntry)} still says {kept}",
                "another program (a VPN, a firewall) seems to hold the settings; end it, or restart the PC");
        }

        return true;
    }
}
