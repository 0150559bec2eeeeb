using System.Net;
using Microsoft.Extensions.Logging;
using Softlan.Platform;
using Softlan.Roles.Hosting;
using Softlan.Roles.Shared;
using Softlan.Wire;
using Softlan.Wire.Control;

namespace Softlan.Roles.Client;

// How a player joins, in this order, and undone in reverse:
//
//   CheckReady       what would fail later fails now: rights, devices, a DHCP client
//   CleanLeftovers   of a client that was killed
//   identity         locked, then read: the same MAC every time
//   resolve          by the session
//   host route       OnConnecting: the way to the relay is held before anything can capture it
//   TAP              OnConnecting, the first time: MAC, but no address and not up
//   hello, welcome   by the session
//   join             OnJoined: the TAP is read; MTU, up, routes for broadcasts, a fixed address
//   DHCP             once the gateway is there
//
// A frame from the TAP meets: own MAC, then RelaySession.Send. A frame from the relay comes checked and goes to the TAP.

/// <summary>The job of <c>softlan client</c>: makes this machine a machine on the party's LAN.</summary>
internal sealed class ClientRole : IRole, IRelaySessionOwner, IFramePortHandler
{
    /// <summary>Time between two looks at routes and settings that nothing gave a reason for.</summary>
    public static readonly TimeSpan CheckInterval = TimeSpan.FromSeconds(5);

    /// <summary>Whoever is without the gateway for longer is told so; friends who come together are there by then, and so is a gateway that starts
    /// again.</summary>
    public static readonly TimeSpan GatewayPatience = TimeSpan.FromSeconds(15);

    /// <summary>Drops that are nothing to worry about: what the own stack says while there is no room, switch talk that stays at home, and the hints
    /// by which TCP finds its rate.</summary>
    private static readonly DropReason[] ExpectedDrops = [DropReason.NotConnected, DropReason.SwitchControl, DropReason.Congested];

    private readonly ILane _lane;
    private readonly IQuicEngine _engine;
    private readonly ClientOptions _options;
    private readonly IClientHost _host;
    private readonly HostChanges _changes;
    private readonly IdentityFile _identity;
    private readonly IRelayResolver? _resolver;
    private readonly StatusConsole? _console;
    private readonly ILogger _logger;
    private readonly RelayHostRoute _hostRoute;
    private readonly ProfileFile _profile;
    private readonly BroadcastWatch _broadcasts = new();
    private readonly WiringWatch _wiring;
    private readonly LanNews _lan;
    private readonly AbsenceWatch _gateway;
    private readonly ILaneTimer _checkTimer;
    private readonly DelayedStart _reading;
    private Action<SoftlanException?>? _ended;
    private RememberedRelay? _target;
    private ResumeFile? _resume;
    private RelaySession? _session;
    private SessionReporter? _reporter;
    private IFramePort? _port;
    private AddressClaim? _claim;
    private MacAddress _mac;
    private bool _hasJoined;
    private bool _hasMetSomebody;
    private bool _isOver;

    /// <param name="lane">The lane of engine and host.</param>
    /// <param name="host">This machine.</param>
    /// <param name="changes">Where <paramref name="host"/> notes its changes.</param>
    /// <param name="console">The terminal for the live line; null: none.</param>
    /// <param name="resolver">Null: the system's.</param>
    public ClientRole(
        ILane lane,
        IQuicEngine engine,
        ClientOptions options,
        IClientHost host,
        HostChanges changes,
        IdentityFile identity,
        ILogger logger,
        StatusConsole? console = null,
        IRelayResolver? resolver = null)
    {
        _lane = lane;
        _engine = engine;
        _options = options;
        _host = host;
        _changes = changes;
        _identity = identity;
        _console = console;
        _resolver = resolver;
        _logger = logger;
        _hostRoute = new RelayHostRoute(host.Routes, changes, logger);
        _wiring = new WiringWatch(logger);
        _lan = new LanNews(host);
        _gateway = new AbsenceWatch(lane, GatewayPatience, OnGatewayMissing);
        _profile = ProfileFile.Beside(options.IdentityPath);
        _checkTimer = lane.CreateTimer(OnCheckTimer);
        _reading = new DelayedStart(lane, () => Try(() => _port!.Start(this)));
    }

    /// <summary>The session; null before <see cref="Start"/>.</summary>
    internal RelaySession? Session => _session;

    public long Frames => _session is { } session ? session.Counters.FramesIn + session.Counters.FramesOut : 0;

    private string TapName => _port?.Name ?? (_options.Tap.Length > 0 ? _options.Tap : "the TAP adapter");

    public void Start(Action<SoftlanException?> ended)
    {
        _ended = ended;
        _host.CheckReady();
        _host.CleanLeftovers();
        IdentityLock identityLock = IdentityLock.Take(_options.IdentityPath, _logger);
        _changes.Keep("identity", identityLock.Dispose);
        _target = _profile.Complete(_options.Relay, _options.Join, _logger);
        CaFile.Require(_target.Trust.CaFile);
        bool isIdentitys = false;
        _mac = _host.ChooseMac(() =>
        {
            isIdentitys = _options.VirtualMac is null;
            return _options.VirtualMac ?? _identity.LoadOrCreate();
        });
        _host.Watch(OnHostChanged);
        _changes.Keep("route to the relay", _hostRoute.Release);
        JoinOptions join = _options.Join;
        _resume = ResumeFile.OfClient(_options.IdentityPath, _target.Relay, join.Room, _mac, _logger);
        RelaySessionOptions options = new()
        {
            Relay = _target.Relay,
            Trust = _target.Trust,
            IsTrustRemembered = join.Trust == LinkTrust.System,
            ServerName = _target.ServerName,
            Room = join.Room,
            Role = PeerRole.Client,
            Mac = _mac,
            MacAdvice = ClientLog.MacAdvice(_options, isIdentitys),
            Name = _target.Name,
            Mtu = _options.Mtu,
            DatagramLimit = join.DatagramLimit,
            ResumeToken = _resume.Find(),
        };
        _session = new RelaySession(_lane, _engine, options, this, _logger, _resolver);
        _reporter = new SessionReporter(_lane, _session, _console, _logger, ExpectedDrops);
        string inUse = _options.Address == ClientAddress.Dhcp ? ClientLog.DhcpAddressInUseAdvice : ClientLog.AddressInUseAdvice;
        _claim = new AddressClaim(
            _lane, _mac, _wiring.IsCard, frame => _session.Send(frame),
            (address, owner, source) => ClientLog.AddressInUse(_logger, address, owner, ClientLog.WhereIs(source), inUse));
        _session.Start();
        _checkTimer.Set(CheckInterval);
        _reporter.Start();
    }

    public void Stop()
    {
        if (!_isOver)
        {
            _isOver = true;
            _session?.Stop();
            _resume?.Delete();
            _lane.Post(() => Finish(null)); // The goodbye leaves at the end of this turn.
        }
    }

    /// <summary>A client belongs to its player's terminal.</summary>
    public void HangUp() => Stop();

    public void Dispose()
    {
        _isOver = true;
        _reporter?.Dispose();
        _session?.Dispose();
        _checkTimer.Dispose();
        _gateway.Dispose();
        _reading.Dispose();
        _claim?.Dispose();
        bool hasOpenedPort = _port is not null;
        if (_changes.UndoAll() && hasOpenedPort)
        {
            ClientLog.AllUndone(_logger);
        }

        _host.Dispose();
    }

    public void OnConnecting(IPEndPoint relay)
    {
        if (_hostRoute.MoveTo(relay.Address) == RouteCheck.Captured)
        {
            throw ClientFailures.Captured(relay.Address, TapName);
        }

        if (_port is null)
        {
            _port = _host.OpenPort(_mac);
            _reading.Wait();
            _reporter!.OnPortOpened(_port.Counters, hasGateway: true, () => _host.ShownAddress is { } address ? $"{address} | " : "");
        }
    }

    public void OnResumeToken(string token) => _resume?.Save(token);

    public void OnJoined(JoinedRoom room)
    {
        _hasJoined = true;
        _reading.Start();
        if (_isOver)
        {
            return;
        }

        _claim!.Ask(_host.AddressToClaim);
        Try(() =>
        {
            _host.OnJoined(room.Mtu);
            _wiring.SetCards(_host.FindCards());
            _lan.OnJoined(_session!.ReachesLan);
        });
        LookForGateway();
        if (!room.Again)
        {
            _profile.Save(_options.Join.Room, _target!, _logger);
        }
    }

    public void OnPeerJoined(PeerInfo peer)
    {
        LookForGateway();
        if (peer.Role == PeerRole.Gateway)
        {
            OnLanChanged(isConnected: true);
        }
    }

    public void OnPeerLeft(PeerInfo peer, CloseReason reason)
    {
        LookForGateway();
        if (peer.Role == PeerRole.Gateway && _session?.Peers.Gateway is null)
        {
            _lan.OnGone();
        }
    }

    public void OnLanChanged(bool isConnected)
    {
        if (isConnected)
        {
            _claim!.Ask(_host.AddressToClaim);
            Try(_lan.OnPresent);
        }
        else
        {
            _lan.OnGone();
        }
    }

    public void OnDisconnected(string reason, TimeSpan retryIn)
    {
        _gateway.Pause();
        _lan.OnRelayLost();
    }

    public void OnFatal(SoftlanException reason) => Fail(reason);

    public void OnFrame(ReadOnlySpan<byte> frame, PeerInfo source)
    {
        _claim!.Listen(frame, source);
        _wiring.OnFrame(frame, source, TapName);
        _port!.Write(frame);
    }

    /// <summary>From the TAP: this machine speaks with one MAC, and so does what it announced.</summary>
    public void OnFrame(Span<byte> frame, FrameOrigin origin)
    {
        MacAddress source = MacAddress.Read(frame[MacAddress.Length..]);
        if (source != _mac)
        {
            _session!.Counters.Drop(DropReason.UnauthorizedSourceMac);
            _wiring.OnForeignSource(TapName, source);
            return;
        }

        _session!.Send(frame);
    }

    public void OnPortFailed(SoftlanException reason) => Fail(reason);

    private void OnCheckTimer()
    {
        Look();
        if (!_isOver)
        {
            Tell(_broadcasts.Look(_lane.Now, _session!.ReachesLan, _session.Counters.BroadcastOut, _session.Counters.BroadcastIn));
            _checkTimer.Set(CheckInterval);
        }
    }

    /// <summary>Routes, addresses or interfaces changed: the same look, at once.</summary>
    private void OnHostChanged()
    {
        if (_hasJoined && !_isOver)
        {
            _wiring.SetCards(_host.FindCards());
        }

        Look();
    }

    private void Look()
    {
        if (_isOver || _port is null)
        {
            return;
        }

        Try(() =>
        {
            RouteCheck found = _hostRoute.Check();
            if (found == RouteCheck.Captured)
            {
                throw ClientFailures.Captured(_hostRoute.Relay, TapName);
            }

            if (found is RouteCheck.Moved or RouteCheck.Back)
            {
                _session!.NetworkChanged();
            }

            if (_hasJoined)
            {
                _host.Maintain();
                _claim!.Follow(_host.AddressToClaim);
            }
        });
    }

    private void LookForGateway()
    {
        _hasMetSomebody |= _session!.Peers.Count > 0;
        _gateway.Look(_session.Peers.Gateway is not null);
    }

    private void OnGatewayMissing()
    {
        string advice = _options.Address == ClientAddress.Dhcp ? ClientLog.AddressAdvice : "";
        Action<ILogger, RoomCode, string> tell = _hasMetSomebody ? ClientLog.NoGateway : ClientLog.Alone;
        tell(_logger, _options.Join.Room, advice);
    }

    private void Tell(BroadcastNews news)
    {
        if (news == BroadcastNews.Silent)
        {
            ClientLog.NoBroadcasts(_logger);
        }
        else if (news == BroadcastNews.Back)
        {
            ClientLog.BroadcastsAgain(_logger);
        }
    }

    private void Try(Action work)
    {
        try
        {
            work();
        }
        catch (SoftlanException e)
        {
            Fail(e);
        }
    }

    private void Fail(SoftlanException reason)
    {
        if (!_isOver)
        {
            _isOver = true;
            _session?.Stop();
            _lane.Post(() => Finish(reason));
        }
    }

    private void Finish(SoftlanException? failure)
    {
        _checkTimer.Cancel();
        _gateway.Pause();
        _reading.Cancel();
        _reporter?.Finish();
        _changes.UndoAll();
        _ended?.Invoke(failure);
    }
}
