using System.Net;
using System.Runtime.Versioning;
using Microsoft.Extensions.Logging;
using Softlan.Platform;
using Softlan.Platform.Linux;
using Softlan.Platform.Linux.Netlink;
using Softlan.Roles.Client.Linux.Dhcp;
using Softlan.Roles.Shared;
using Softlan.Wire;

namespace Softlan.Roles.Client.Linux;

/// <summary>A player's machine that runs Linux: a TAP, netlink routes, the DHCP client that is installed.</summary>
/// <remarks>
/// A TAP that softlan makes goes with the process, and everything on it goes along. One that was there before is used as it is, MAC included, and
/// each change to it is noted and put back.
/// </remarks>
[SupportedOSPlatform("linux")]
internal sealed class LinuxClientHost : IClientHost
{
    private readonly EventLoop _loop;
    private readonly ClientOptions _options;
    private readonly HostChanges _changes;
    private readonly ChangeJournal _journal;
    private readonly NetlinkSocket _netlink;
    private readonly LinuxUndo _undo;
    private readonly LinuxUndo _undoOfOthers;
    private readonly LinuxHomeGuard _home;
    private readonly ILogger _logger;
    private NetworkMonitor? _monitor;
    private DhcpProgram? _dhcpProgram;
    private DhcpAddressing? _dhcp;
    private LinuxTapSettings? _settings;
    private LinuxTapRoutes? _routes;
    private PartyPrecedence? _precedence;
    private RuleWatch? _rules;
    private bool _saidAddress;

    private LinuxClientHost(EventLoop loop, ClientOptions options, NetlinkSocket netlink, LinuxNameServers nameServers, ILogger logger)
    {
        _loop = loop;
        _options = options;
        _netlink = netlink;
        _logger = logger;
        _undo = new LinuxUndo(netlink, options.StateDirectory, logger, isTrusted: true);
        _undoOfOthers = new LinuxUndo(netlink, options.StateDirectory, logger, Environment.IsPrivilegedProcess);
        _journal = new ChangeJournal(options.StateDirectory, LinuxProcesses.OfThisProcess(), LinuxProcesses.IsAlive);
        _changes = new HostChanges(_undo, _journal, logger);
        Routes = new LinuxRoutes(netlink, options.Tap);
        _home = new LinuxHomeGuard(netlink, options.Tap, new HomeHostRoutes(Routes, _changes, logger), nameServers);
    }

    public IRelayRoutes Routes { get; }

    public IPAddress? ShownAddress => _dhcp?.Address;

    /// <summary>udhcpc and dhclient take what the server says.</summary>
    public IPAddress? AddressToClaim => _options.Address.Address ?? _dhcp?.Address;

    /// <summary>Where this host notes its changes, for the role that shares them.</summary>
    public HostChanges Changes => _changes;

    /// <param name="nameServers">Null: this machine's.</param>
    /// <exception cref="SoftlanException">The kernel gives no netlink socket.</exception>
    public static LinuxClientHost Create(EventLoop loop, ClientOptions options, ILogger logger, LinuxNameServers? nameServers = null) =>
        new(loop, options, NetlinkSocket.Open(), nameServers ?? new LinuxNameServers(), logger);

    public void CheckReady()
    {
        InterfaceName.ThrowIfInvalid(_options.Tap);
        Privileges.Current.Require($"Cannot make the network card '{_options.Tap}'", netAdmin: true, netRaw: false);
        TunDevice.ThrowIfUnavailable(_options.Tap);
        LinkEntry? link = NetlinkLinks.Find(_netlink, _options.Tap);
        if (link is { IsTap: false })
        {
            throw SoftlanException.Create(
                $"Cannot use '{_options.Tap}'",
                "an interface of that name exists and is not a TAP",
                "choose another name with --tap");
        }

        // Whoever chose "none" may have put the address, and with it this MAC, on the bridge.
        if (link is { IsBridgePort: true } && _options.Address != ClientAddress.None)
        {
            string bridge = NetlinkLinks.Find(_netlink, link.MasterIndex) is { } master ? $" {master.Name}" : "";
            throw SoftlanException.Create(
                $"Cannot use '{_options.Tap}'",
                $"it is a port of the bridge{bridge} already, which takes all frames of the party for itself",
                $"take it out (ip link set {_options.Tap} nomaster), or choose another name with --tap");
        }

        if (_options.Address == ClientAddress.Dhcp)
        {
            DhcpRunner.RequireOwn(_options.StateDirectory);
            _dhcpProgram = new DhcpProgramFinder(Environment.GetEnvironmentVariable("PATH"), File.Exists, BusyboxApplets.HasUdhcpc).Find();
            DhcpcdManager.RequireNone(_dhcpProgram, DhcpcdManager.Listens);
            if (!Privileges.OfChildren.NetRaw)
            {
                throw SoftlanException.Create(
                    "Cannot ask the party's DHCP for an address",
                    "the DHCP client runs as a separate process and does not inherit softlan's capabilities",
                    $"{Privileges.Hint}, or {ClientAddress.Advice}");
            }
        }
        else
        {
            _journal.TellUnlessBelieved(_logger);
        }
    }

    public void CleanLeftovers() => _journal.CleanLeftovers(_undoOfOthers, _logger);

    /// <summary>A TAP that is there has a MAC, which is nobody's business but its owner's, unless a client may not announce it or --virtual-mac says
    /// otherwise.</summary>
    public MacAddress ChooseMac(Func<MacAddress> identity) =>
        _options.VirtualMac is null && NetlinkLinks.Find(_netlink, _options.Tap) is { Address.IsValidClientAddress: true } link
            ? link.Address
            : identity();

    public void Watch(Action changed) => _monitor = NetworkMonitor.Open(_loop, changed);

    public IFramePort OpenPort(MacAddress mac)
    {
        if (_dhcpProgram is not null)
        {
            StateFiles.RequireWritable(_options.StateDirectory, "set an address with --address, which needs no DHCP client");
        }

        LinuxTap tap = OpenTap(mac);
        _changes.Keep($"TAP {tap.Name}", tap.Dispose);
        ClientLog.TapOpen(_logger, tap.Name, mac);
        _settings = new LinuxTapSettings(_netlink, _undo, _changes, tap.Name, tap.IsPersistent, _home, _logger);
        IEnumerable<RouteEntry> before = tap.IsPersistent
            ? NetlinkRoutes.List(_netlink, protocol: null).Where(route => route.InterfaceIndex == tap.InterfaceIndex)
            : [];

        // Whoever chose "none" looks after the interface's addresses and routes himself.
        bool isOwners = _options.Address == ClientAddress.None;
        _routes = new LinuxTapRoutes(_netlink, _settings, isOwners ? null : _home, before, _logger);
        _precedence = isOwners ? null : new PartyPrecedence(_netlink, _settings, _changes, _logger);
        _rules = isOwners ? null : new RuleWatch(_netlink, _logger);
        if (_dhcpProgram is not null)
        {
            _dhcp = new DhcpAddressing(
                _loop,
                DhcpRunner.Create(_loop, _dhcpProgram, tap.Name, _options.StateDirectory, _changes, _logger),
                _settings,
                new BootClock(),
                _logger);
            _changes.Keep("DHCP client", _dhcp.Dispose);
        }

        return tap;
    }

    public void OnJoined(int mtu)
    {
        _settings!.SetMtu(mtu);
        _settings.AcceptAddressesOnly();
        if (_options.Address != ClientAddress.None)
        {
            _settings.AnswerForOwnAddressesOnly();
            _settings.ForwardNothing();
            _home.Look(); // How things are reached before there is a party.
        }

        _settings.BringUp();
        if (_options.Address.Address is { } address)
        {
            // First, so that at the end the address goes before they come back: the kernel takes all routes along with an interface's last address.
            Follow(_settings.Look());
            _settings.SetAddress(address, _options.Address.PrefixLength);
            if (!_saidAddress)
            {
                _saidAddress = true;
                ClientLog.AddressAsGiven(_logger, address);
            }
        }

        Follow(_settings.Look());
        ClientLog.TapUp(_logger, _settings.Name, mtu);
    }

    public void OnGatewayPresent(bool isNew) => _dhcp?.OnGatewayPresent();

    public void OnGatewayGone() => _dhcp?.OnGatewayGone();

    public void Maintain()
    {
        _dhcp?.Look();
        Follow(_settings!.Maintain());
    }

    public void Dispose()
    {
        _monitor?.Dispose();
        _netlink.Dispose();
    }

    public IReadOnlyDictionary<MacAddress, string> FindCards()
    {
        try
        {
            return NetlinkLinks.List(_netlink)
                .Where(link => link.IsEthernet && link.Address != MacAddress.Zero && link.Name != _options.Tap)
                .DistinctBy(link => link.Address)
                .ToDictionary(link => link.Address, link => link.Name);
        }
        catch (SoftlanException)
        {
            return new Dictionary<MacAddress, string>(); // It only serves a warning, which is nothing to end for.
        }
    }

    /// <summary>The TAPs of this machine, for <c>--list-taps</c>.</summary>
    public static void ListTaps(TextWriter output)
    {
        using NetlinkSocket netlink = NetlinkSocket.Open();
        LinkEntry[] taps = [.. NetlinkLinks.List(netlink).Where(link => link.IsTap)];
        foreach (LinkEntry tap in taps)
        {
            output.WriteLine($"{tap.Name,-16} {tap.Address}  MTU {tap.Mtu}  {(tap.IsUp ? "up" : "down")}");
        }

        if (taps.Length == 0)
        {
            output.WriteLine(
                $"No TAP interface here. None is needed: softlan client creates {ClientOptions.DefaultTap}, "
                + "or the one that --tap names, and removes it again.");
        }
    }

    /// <summary>Router and name servers are held at home before the rest of the network is led to the party.</summary>
    private void Follow(in TapSnapshot now)
    {
        // One list for both: what the first one adds or removes on the TAP is nothing that decides which network overlaps.
        IReadOnlyList<RouteEntry> main = NetlinkRoutes.List(_netlink, protocol: null);
        _rules?.Look(now, main); // While the list is what the kernel has.
        _routes!.Maintain(now, main);
        _precedence?.Maintain(now, main);
        if (_options.Address != ClientAddress.None)
        {
            _settings!.TellForeignAddress(now);
        }
    }

    private LinuxTap OpenTap(MacAddress mac)
    {
        LinuxTap? tap = null;
        Action open = () => tap = LinuxTap.Open(
            _loop,
            new LinuxTapOptions { Name = _options.Tap, Address = mac, Up = false, Moderation = _options.Moderation });
        if (NetlinkLinks.Find(_netlink, _options.Tap) is { } link)
        {
            if (link.Address != mac)
            {
                open = Noted(new HostChange.MacReplaced(link.Name, link.Address), open);
            }

            open = Noted(new HostChange.OffloadsTaken(link.Name), open);

            // One that is down forgets by itself what it learned.
            if (link.IsUp)
            {
                open = Noted(new HostChange.IPv6Learned(link.Name, LinuxUndo.IPv6Of(_netlink, link.Index)), open);
            }
        }

        open();
        return tap!;
    }

    private Action Noted(HostChange change, Action apply) => () => _changes.Make(change, apply);
}
