using System.Net;
using Microsoft.Extensions.Logging;
using Softlan.Platform;
using Softlan.Platform.Windows;
using Softlan.Roles.Shared;
using Softlan.Wire;

namespace Softlan.Roles.Client.Windows;

// The order, which keeps the tunnel out of itself:
//
//   ChooseMac      the adapter is opened, its cable out; the MAC is written, the adapter restarted if it has another
//   (the role)     name, host route to the relay, connection, welcome
//   OnJoined       MTU, metric 1, no default routes, the party's DNS for its own names; only then the cable in, and with it Windows' own DHCP;
//                  then the category
//   Maintain       the same again where somebody changed it; routes that are not the party's own network go; name servers and routers at home are
//                  held; where games search is looked at
//
// An adapter that was restarted, or that Windows woke, begins again at OnJoined's settings: nothing else puts the cable in.
//
// Undone in reverse: category, cable out, settings, host route, adapter closed, registry.

/// <summary>A player's machine that runs Windows: a TAP-Windows6 adapter, Windows' own DHCP client, routes and settings by iphlpapi.</summary>
internal sealed class WindowsClientHost : IClientHost
{
    /// <summary>Time for an adapter to be there after it was restarted.</summary>
    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(15);

    private static readonly TimeSpan StartInterval = TimeSpan.FromMilliseconds(100);

    /// <summary>Between two attempts to prepare the IP side, which can be away for a moment.</summary>
    private static readonly TimeSpan ApplyInterval = TimeSpan.FromMilliseconds(250);

    /// <summary>Half a minute, as long as an adapter may be away.</summary>
    private const int MaxApplyAttempts = 120;

    /// <summary>A cable that is in for less needs not be plugged out and in to have DHCP begin.</summary>
    private static readonly TimeSpan FreshCable = TimeSpan.FromSeconds(5);

    /// <summary>Long enough for Windows to notice.</summary>
    private static readonly TimeSpan CableOutTime = TimeSpan.FromSeconds(1);

    private readonly IEnterableLane _lane;
    private readonly ClientOptions _options;
    private readonly IWindowsMachine _machine;
    private readonly WindowsCategoryTurns _categoryTurns;
    private readonly WindowsUndo _undo;
    private readonly ChangeJournal _journal;
    private readonly ILogger _logger;
    private readonly IpAddresses _addresses;
    private readonly AddressWatch _addressWatch = new();
    private readonly ILaneTimer _applyTimer;
    private IDisposable? _networkWatch;
    private TapAdapter? _adapter;
    private string _driver = "";
    private WindowsTap? _tap;
    private ulong _luid;
    private WindowsPlayerRoutes? _playerRoutes;
    private WindowsTapSettings? _settings;
    private WindowsTapRoutes? _tapRoutes;
    private WindowsCards? _cards;
    private WindowsHomeGuard? _home;
    private WindowsAddressNotes? _addressNotes;
    private WindowsBroadcastWatch? _broadcasts;
    private WindowsCategory? _category;
    private int _mtu;
    private int _applyAttempts;
    private bool _hasGateway;

    /// <summary>The address from DHCP went while nobody could extend its lease, or the gateway went before an answer had its time.</summary>
    private bool _mustAsk;

    private bool _cableIsNoted;
    private bool _saidIPv6Fails;
    private TimeSpan _cableInSince;

    public WindowsClientHost(IEnterableLane lane, ClientOptions options, IWindowsMachine machine, ILogger logger)
    {
        _lane = lane;
        _options = options;
        _machine = machine;
        _logger = logger;
        _categoryTurns = new WindowsCategoryTurns(machine.Categories);
        _undo = new WindowsUndo(machine, _categoryTurns);
        _journal = new ChangeJournal(options.StateDirectory, machine.ThisProcess, machine.IsAlive);
        Changes = new HostChanges(_undo, _journal, logger);
        Routes = new WindowsRoutes(machine.Ip, () => _luid, OnIPv6Fails);
        _addresses = new IpAddresses(machine.Ip);
        _applyTimer = lane.CreateTimer(TryPrepareAndConnect);
    }

    public IRelayRoutes Routes { get; }

    public IPAddress? ShownAddress => _addressWatch.Address ?? _addressNotes?.ByHand;

    /// <summary>Windows asks itself.</summary>
    public IPAddress? AddressToClaim => null;

    /// <summary>Where this host notes its changes, for the role that shares them.</summary>
    public HostChanges Changes { get; }

    public void CheckReady()
    {
        if (!_machine.IsElevated)
        {
            throw SoftlanException.Create(
                "Cannot change the network of this PC",
                $"softlan does not run as an administrator, and Windows would say: {Win32Error.Text(Win32Error.ERROR_ACCESS_DENIED)}",
                Win32Error.ElevationHint);
        }

        StateFiles.RequireDirectory(_options.StateDirectory); // The journal in it is believed.
        _adapter = new TapDiscovery(_machine.Registry).Choose(_options.Tap);
    }

    public void CleanLeftovers() => _journal.CleanLeftovers(_undo, _logger);

    /// <summary>Opens the adapter: only the driver knows which MAC it has taken.</summary>
    public MacAddress ChooseMac(Func<MacAddress> identity)
    {
        MacAddress wanted = identity();
        WindowsTapOpener opener = new(_machine, Changes, StartPatience, StartInterval, _logger);
        (ITapDevice device, MacAddress mac) = opener.Open(_adapter!, wanted);
        TapAdapter adapter = _adapter!;
        _tap = new WindowsTap(_lane, adapter.Name, device, mac, () => _settings!.NoteMtu(_machine.Open(adapter)), OnCableWanted);
        Changes.Keep($"TAP {adapter.Name}", _tap.Dispose);
        _driver = device.ReadVersion();
        _luid = opener.AwaitIPv4(adapter);
        _playerRoutes = new WindowsPlayerRoutes(_machine.Ip, _luid, OnIPv6Fails);
        _settings = new WindowsTapSettings(_machine.Ip, Changes, adapter, _luid, _playerRoutes, _logger);
        _settings.NoteMtu(device);
        _tapRoutes = new WindowsTapRoutes(_machine.Ip, Changes, adapter, _luid, _playerRoutes, OnIPv6Fails, _logger);
        _cards = new WindowsCards(_machine, _lane, adapter.Id);
        _home = new WindowsHomeGuard(_machine.Ip, _cards, _luid, new HomeHostRoutes(Routes, Changes, _logger));
        _addressNotes = new WindowsAddressNotes(_machine.Ip, adapter, _luid, _logger);
        _broadcasts = new WindowsBroadcastWatch(_machine.Ip, _luid, _logger);
        return mac;
    }

    public void Watch(Action changed) => _networkWatch = _machine.Network.Watch(_lane, () =>
    {
        _cards?.NoteChange();
        changed();
    });

    public IFramePort OpenPort(MacAddress mac)
    {
        ClientLog.AdapterOpen(_logger, _tap!.Name, _tap.Address, _driver);
        return _tap;
    }

    public void OnJoined(int mtu)
    {
        _mtu = mtu;
        _applyAttempts = 0;
        _cards!.NoteChange();
        _home!.Look(_addresses.List()); // While nothing of the party's is in the way.
        _category?.LookAgain(); // After a night's sleep the cable may be in as it was.
        PrepareAndConnect();
    }

    /// <summary>Whoever asked while the gateway was there and had no answer need not ask again for another connection to the relay. Where the
    /// connection was lost before the answer had its time, Windows may have given up meanwhile.</summary>
    public void OnGatewayPresent(bool isNew)
    {
        _hasGateway = true;
        if (_addressWatch.Address is null && (isNew || _mustAsk))
        {
            AskDhcpAnew();
        }

        _mustAsk = false;
    }

    public void OnGatewayGone()
    {
        _hasGateway = false;
        _mustAsk |= _addressWatch is { Address: null, SaidNoAnswer: false };
    }

    public void Maintain()
    {
        if (_tap is { IsConnected: true })
        {
            bool isThere = _settings!.Apply(_mtu);
            IReadOnlyList<OwnAddress> addresses = _addresses.List();
            _tapRoutes!.Maintain(addresses);
            _home!.Look(addresses);
            if (isThere)
            {
                LookAt(addresses);
                _broadcasts!.Look(addresses);
            }
        }
    }

    public void Dispose()
    {
        _applyTimer.Dispose();
        _category?.Dispose();
        _networkWatch?.Dispose();
    }

    public IReadOnlyDictionary<MacAddress, string> FindCards() => _cards!.NamesByAddress();

    /// <summary>The TAP adapters of this machine, for <c>--list-taps</c>.</summary>
    public static void ListTaps(IWindowsMachine machine, TextWriter output)
    {
        IReadOnlyList<TapAdapter> adapters = new TapDiscovery(machine.Registry).List();
        foreach (TapAdapter adapter in adapters)
        {
            output.WriteLine($"{adapter.Name,-32} {TapDiscovery.Format(adapter.Id)}  {adapter.ComponentId}");
        }

        if (adapters.Count == 0)
        {
            output.WriteLine($"No TAP-Windows6 adapter here, and one is needed: {TapFailures.DriverHint}.");
        }
    }

    /// <summary>From all who read routes; said once.</summary>
    private void OnIPv6Fails(string reason)
    {
        if (!_saidIPv6Fails)
        {
            _saidIPv6Fails = true;
            ClientLog.IPv6RoutesUnknown(_logger, reason, _adapter!.Name);
        }
    }

    /// <summary>Windows' DHCP client that has given up asks again only in minutes; a cable that is plugged in makes it ask at once. With an address
    /// that was set by hand Windows does not ask, and games would lose their connections for nothing.</summary>
    private void AskDhcpAnew()
    {
        if (_tap is { IsConnected: true } && _lane.Now - _cableInSince > FreshCable
            && !_addresses.List().Any(own => own.InterfaceLuid == _luid && own.Origin == AddressOrigin.Other))
        {
            _tap.SetMedia(false);
            _applyAttempts = 0;
            _applyTimer.Set(CableOutTime);
        }
    }

    /// <summary>The adapter is back, its cable out: a restart, or a night's sleep, may have cost it what was prepared.</summary>
    private void OnCableWanted()
    {
        _applyAttempts = 0;
        TryPrepareAndConnect();
    }

    /// <summary>From a timer or the port, where nobody else would hear of a failure.</summary>
    private void TryPrepareAndConnect()
    {
        try
        {
            PrepareAndConnect();
        }
        catch (SoftlanException e)
        {
            _tap!.Fail(e);
        }
    }

    /// <summary>Only a prepared interface gets its cable: with it DHCP begins, and what DHCP says about routers must not count any more by
    /// then.</summary>
    private void PrepareAndConnect()
    {
        if (!_cableIsNoted)
        {
            _playerRoutes!.Look();
        }

        if (_settings!.Apply(_mtu))
        {
            _settings.LimitDns();
            ConnectCable();
            return;
        }

        if (++_applyAttempts >= MaxApplyAttempts)
        {
            throw WhyNoIPv4();
        }

        if (!_tap!.IsConnected)
        {
            _tap.LetGo(); // Disabled, perhaps: its driver cannot go while it is open here.
        }

        _applyTimer.Set(ApplyInterval);
    }

    /// <summary>An adapter that is disabled has no IPv4 either, but cannot be opened, and wants another cure.</summary>
    private SoftlanException WhyNoIPv4()
    {
        _tap!.LetGo();
        try
        {
            _machine.Open(_adapter!).Dispose();
            return WindowsTapOpener.NoIPv4(_adapter!);
        }
        catch (SoftlanException e)
        {
            return e;
        }
    }

    private void ConnectCable()
    {
        if (_tap!.IsConnected)
        {
            return;
        }

        if (!_cableIsNoted)
        {
            _cableIsNoted = true;
            Changes.Keep($"cable of {_tap.Name}", () => _tap.SetMedia(false));
        }

        _tap.SetMedia(true);
        if (!_tap.IsConnected)
        {
            return; // It is opened first, and then wants its cable.
        }

        // A PC that wakes and dozes off again brings the cable back every other second: the looks at its network that are under way go on.
        bool isFresh = _category is not null && _lane.Now - _cableInSince <= FreshCable;
        _cableInSince = _lane.Now;
        ClientLog.TapUp(_logger, _tap.Name, _settings!.MtuIn(_mtu));
        if (_options.NetworkCategory == NetworkCategoryChoice.Private && !isFresh)
        {
            _category ??= new WindowsCategory(
                _lane, _machine.Categories, _machine.Ip, _categoryTurns, _adapter!, Changes, _logger, _machine.RunOffLane);
            _category.Begin();
        }
    }

    /// <param name="all">The addresses of this machine.</param>
    private void LookAt(IReadOnlyList<OwnAddress> all)
    {
        OwnAddress[] addresses = [.. all.Where(own => own.InterfaceLuid == _luid)];
        _addressNotes!.Look(addresses, all);
        IPAddress? fromDhcp = addresses.FirstOrDefault(address => address.Origin == AddressOrigin.Dhcp).Address;
        IPAddress? linkLocal = addresses.FirstOrDefault(address => address.Origin == AddressOrigin.LinkLocal).Address;
        bool hasAnother = addresses.Any(address => address.Origin == AddressOrigin.Other);
        switch (_addressWatch.Look(_lane.Now, _hasGateway, fromDhcp, hasAnother))
        {
            case AddressNews.New:
                ClientLog.AddressFromDhcp(_logger, fromDhcp!);
                _category?.LookAgain(); // The router in the lease may tell Windows another network.
                break;
            case AddressNews.Lost:
                ClientLog.AddressLost(_logger, _addressWatch.Lost!);
                _mustAsk = !_hasGateway;
                break;
            case AddressNews.NoAnswer:
                ClientLog.OnlyLinkLocal(_logger, linkLocal is null ? "No address" : $"Only {linkLocal}");
                if (_addressWatch.Lost is not null)
                {
                    AskDhcpAnew(); // Lost some seconds after the gateway came back. News comes once, and so does this.
                }

                break;
        }
    }
}
