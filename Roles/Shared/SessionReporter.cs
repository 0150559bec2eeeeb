using Microsoft.Extensions.Logging;
using Softlan.Platform;
using Softlan.Wire;

namespace Softlan.Roles.Shared;

/// <summary>Tells the player or the operator how a session does: drops of session and port once a minute, and the live line of a terminal. Made and
/// used on the session's lane.</summary>
internal sealed class SessionReporter : IDisposable
{
    public static readonly TimeSpan DropReportInterval = TimeSpan.FromMinutes(1);

    private readonly ILane _lane;
    private readonly RelaySession _session;
    private readonly StatusConsole? _console;
    private readonly ILogger _logger;
    private readonly DropReason[] _expected;
    private readonly DropReport _drops;
    private readonly ILaneTimer _timer;
    private PeerCounters? _port;
    private StatusLine? _line;

    /// <param name="console">The terminal for the live line; null: none.</param>
    /// <param name="expected">Drops that are no trouble: neither told nor shown.</param>
    public SessionReporter(ILane lane, RelaySession session, StatusConsole? console, ILogger logger, params DropReason[] expected)
    {
        _lane = lane;
        _session = session;
        _console = console;
        _logger = logger;
        _expected = expected;
        _drops = new DropReport(expected);
        _timer = lane.CreateTimer(OnTimer);
    }

    /// <summary>Begins the first minute.</summary>
    public void Start() => _timer.Set(DropReportInterval);

    /// <summary>The port is open: before that there is nothing to tell, and nothing to show. Called once.</summary>
    /// <param name="port">Its counters.</param>
    /// <param name="hasGateway">See <see cref="SessionStatus"/>.</param>
    /// <param name="prefix">What the live line begins with, besides the session's state; null: nothing.</param>
    public void OnPortOpened(PeerCounters port, bool hasGateway, Func<string>? prefix = null)
    {
        _port = port;
        if (_console is not null)
        {
            SessionStatus status = new(_lane, _session, hasGateway, port, _expected);
            _line = new StatusLine(_lane, _console, prefix is null ? status.Describe : () => prefix() + status.Describe());
        }
    }

    /// <summary>Takes the live line away, and tells the last drops.</summary>
    public void Finish()
    {
        CloseLine();
        _timer.Cancel();
        TellDrops();
    }

    /// <summary>Ends without another word.</summary>
    public void Dispose()
    {
        CloseLine();
        _timer.Dispose();
    }

    private void OnTimer()
    {
        _timer.Set(DropReportInterval);
        TellDrops();
    }

    private void TellDrops()
    {
        if (_port is not null)
        {
            _drops.Tell(_logger, _session.Counters, _port);
        }
    }

    private void CloseLine()
    {
        _line?.Dispose();
        _line = null;
    }
}
