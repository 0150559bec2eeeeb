using System.Net;
using Microsoft.Extensions.Logging;
using Softlan.Platform;
using Softlan.Roles.Hosting;
using Softlan.Roles.Shared;
using Softlan.Wire;

namespace Softlan.Roles.Relay;

/// <summary>The relay: listens on every worker, keeps its certificate fresh, reports drops, and says bye when it ends.</summary>
internal sealed class RelayRole : IRole
{
    /// <summary>How often dropped frames are told.</summary>
    public static readonly TimeSpan ReportInterval = TimeSpan.FromMinutes(1);

    /// <summary>How often rooms are forgotten to which nobody can come back any more; one may stay that much longer than its seats.</summary>
    private static readonly TimeSpan SweepInterval = TimeSpan.FromSeconds(10);

    /// <summary>From the last goodbye to the end, so that it leaves the machine; links that hang are not waited for longer than
    /// <see cref="DrainTimeout"/>.</summary>
    private static readonly TimeSpan FarewellTime = TimeSpan.FromMilliseconds(50);

    private static readonly TimeSpan DrainTimeout = TimeSpan.FromSeconds(2);

    /// <summary>Links beyond <see cref="RelayOptions.MaxPeers"/> and <see cref="Lobby.MaxSilent"/> that may be up: handshakes that are under way,
    /// which so take no peer's place, and peers too many, who are told why they are rejected. At the bound handshakes are refused; it takes ten
    /// addresses that begin them as fast as one may and never finish.</summary>
    private const int SpareLinks = 512;

    private readonly RelayOptions _options;
    private readonly IReadOnlyList<RelayWorker> _workers;
    private readonly ILogger _logger;
    private readonly ILane _lane;
    private readonly RelayHouse _house;
    private readonly CertificateWatch _watch;
    private readonly RelayCertificates _certificates;
    private readonly RelayGreeting _greeting;
    private readonly LinkQuota _quota;
    private readonly DropReport _drops = new();
    private readonly RefusalReport _refusals;
    private readonly List<(RelayWorker Worker, ILaneTimer Timer)> _timers = [];
    private readonly List<ILinkListener> _listeners = [];
    private Action<SoftlanException?>? _ended;
    private long _strangersTold;
    private int _undrained;
    private bool _isStopping;

    /// <summary>A relay with one worker.</summary>
    /// <param name="options">What was asked for.</param>
    /// <param name="lane">Where it lives.</param>
    /// <param name="engine">Of the same lane.</param>
    /// <param name="output">Gets the lines for the host of the party; null: the log gets them.</param>
    /// <param name="logger">Gets everything else.</param>
    /// <param name="clock">The time of day; the system's when null.</param>
    public RelayRole(RelayOptions options, IEnterableLane lane, IQuicEngine engine, TextWriter? output, ILogger logger, TimeProvider? clock = null)
        : this(options, [RelayWorker.Own(lane, engine)], output, logger, clock)
    {
    }

    /// <param name="options">What was asked for.</param>
    /// <param name="workers">The first one's lane is the role's.</param>
    /// <param name="output">Gets the lines for the host of the party; null: the log gets them.</param>
    /// <param name="logger">Gets everything else.</param>
    /// <param name="clock">The time of day; the system's when null.</param>
    public RelayRole(
        RelayOptions options, IReadOnlyList<RelayWorker> workers, TextWriter? output, ILogger logger, TimeProvider? clock = null)
    {
        _options = options;
        _workers = workers;
        _logger = logger;
        _lane = workers[0].Lane;
        _watch = new CertificateWatch(options, clock ?? TimeProvider.System, logger);
        _certificates = new RelayCertificates(options, workers[0].Engine, _watch, logger);
        _greeting = new RelayGreeting(options, output, logger);
        _house = new RelayHouse(options, workers.Count);
        _quota = new LinkQuota(MaxLinks, options.MaxLinksPerAddress);
        _refusals = new RefusalReport(options);
        for (int i = 0; i < workers.Count; i++)
        {
            _house.OpenLobby(i, workers[i].Lane, logger);
        }
    }

    /// <summary>Where it listens, the real port included.</summary>
    public IReadOnlyList<IPEndPoint> EndPoints => _listeners.Count > 0 ? _listeners[0].LocalEndPoints : [];

    /// <summary>The pin that players need.</summary>
    public CertificatePin Pin => _certificates.Pin;

    /// <summary>One for each worker; each is asked on its worker's lane.</summary>
    public IReadOnlyList<ILinkListener> Listeners => _listeners;

    public long Frames => _house.Lobbies.Sum(lobby => lobby.Frames);

    /// <summary>What the workers share.</summary>
    public RelayHouse House => _house;

    /// <summary>Of the first worker.</summary>
    public Lobby Lobby => _house.Lobbies[0];

    private int MaxLinks => _options.MaxPeers + (_workers.Count * Lobby.MaxSilent) + SpareLinks;

    public void Start(Action<SoftlanException?> ended)
    {
        _ended = ended;
        StateTrust.Require(_options.StateDirectory, _logger);
        byte[] secret = ResetSecret.LoadOrMake(_options.StateDirectory);
        RoomCode room = RoomSuggestion.LoadOrMake(_options.StateDirectory);
        _house.KeptRoom = room;
        ServerCertificate certificate = _certificates.Load();
        ListenerShards shards = new(_workers.Count, _quota);
        IPEndPoint endPoint = _options.Listen.EndPoint;
        for (int i = 0; i < _workers.Count; i++)
        {
            ListenOptions listen = new()
            {
                EndPoint = endPoint,
                Certificate = certificate,
                Secret = secret,
                MaxLinks = MaxLinks,
                MaxLinksPerAddress = _options.MaxLinksPerAddress,
                MaxUnreadControl = _options.MaxUnreadControl,
                Shards = shards,
                Shard = i,
            };
            Listen(_workers[i], listen, _house.Lobbies[i]);

            // Port 0 is any port for the first one, and for the others the one that it got.
            endPoint = new IPEndPoint(endPoint.Address, _listeners[0].LocalEndPoints[0].Port);
        }

        Every(_workers[0], ReportInterval, Report);
        if (_options.Certificate is not null)
        {
            Every(_workers[0], RelayCertificates.PollInterval, () => _certificates.Poll(UseCertificate));
            Every(_workers[0], CertificateWatch.Interval, _watch.TellTime);
        }

        RoomSuggestion.WarnIfShort(room, _options.StateDirectory, _logger);
        _greeting.Tell(_listeners[0].LocalEndPoints, Pin, room, mayDoWithoutPin: _watch.IsSignedByAuthority);
    }

    public void Stop()
    {
        if (_isStopping)
        {
            return;
        }

        _isStopping = true;
        RelayLog.ShuttingDown(_logger, _house.Peers);
        After(DrainTimeout, End);
        _undrained = _workers.Count;
        for (int i = 0; i < _workers.Count; i++)
        {
            Lobby lobby = _house.Lobbies[i];
            OnWorker(i, () =>
            {
                lobby.Drained = () => OnWorker(0, OnDrained);
                lobby.Drain();
            });
        }
    }

    public void HangUp() => _certificates.Reload(UseCertificate);

    public void Dispose()
    {
        foreach ((RelayWorker worker, ILaneTimer timer) in _timers)
        {
            worker.Invoke(timer.Dispose);
        }

        _timers.Clear();
        for (int i = 0; i < _listeners.Count; i++)
        {
            _workers[i].Invoke(_listeners[i].Dispose);
        }

        _listeners.Clear();
    }

    private void Listen(RelayWorker worker, ListenOptions options, Lobby lobby) => worker.Invoke(() =>
    {
        _listeners.Add(worker.Engine.Listen(options, lobby));
        Every(worker, SweepInterval, lobby.Sweep);
        if (_options.CpuLatency is not null)
        {
            Every(worker, WakefulCores.Interval, lobby.CountFrames);
        }
    });

    private void UseCertificate(ServerCertificate certificate)
    {
        foreach (ILinkListener listener in _listeners)
        {
            listener.ReplaceCertificate(certificate);
        }
    }

    /// <summary>Asks every worker on its own lane, and tells when the last has answered.</summary>
    private void Report()
    {
        PeerCounters sum = new();
        ListenerStatistics all = default;
        int missing = _workers.Count;
        for (int i = 0; i < _workers.Count; i++)
        {
            Lobby lobby = _house.Lobbies[i];
            ILinkListener listener = _listeners[i];
            OnWorker(i, () =>
            {
                lobby.TellRateLimited();
                PeerCounters part = lobby.Sum();
                ListenerStatistics statistics = listener.Statistics;
                OnWorker(0, () =>
                {
                    sum.Add(part);
                    all = all.Plus(statistics);
                    if (--missing == 0)
                    {
                        Tell(sum, all);
                    }
                });
            });
        }
    }

    private void Tell(PeerCounters counters, ListenerStatistics listeners)
    {
        _drops.Tell(_logger, counters);
        if (_refusals.Next(listeners.RefusedForLoad, _quota.Refusals) is { } refusals)
        {
            RelayLog.TurnedAway(_logger, refusals);
        }

        if (_house.StrangerLines.TakeUntold() is > 0 and long untold)
        {
            RelayLog.Untold(_logger, untold);
        }

        long strangers = listeners.RetriesSent + listeners.MalformedPackets;
        if (strangers > _strangersTold)
        {
            _strangersTold = strangers;
            RelayLog.Strangers(_logger, listeners.RetriesSent, listeners.MalformedPackets);
        }
    }

    private void OnDrained()
    {
        if (--_undrained == 0)
        {
            After(FarewellTime, End);
        }
    }

    /// <summary>On another worker's lane, or here and now on the own one.</summary>
    private void OnWorker(int worker, Action work)
    {
        if (_workers.Count == 1)
        {
            work();
        }
        else
        {
            _workers[worker].Lane.Post(work);
        }
    }

    private void End()
    {
        Action<SoftlanException?>? ended = _ended;
        _ended = null;
        ended?.Invoke(null);
    }

    private void Every(RelayWorker worker, TimeSpan interval, Action work)
    {
        ILaneTimer? timer = null;
        timer = worker.Lane.CreateTimer(() =>
        {
            work();
            timer!.Set(interval);
        });
        _timers.Add((worker, timer));
        timer.Set(interval);
    }

    private void After(TimeSpan delay, Action work)
    {
        ILaneTimer timer = _lane.CreateTimer(work);
        _timers.Add((_workers[0], timer));
        timer.Set(delay);
    }
}
