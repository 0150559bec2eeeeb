using Microsoft.Extensions.Logging;
using Softlan.Platform;
using Softlan.Wire;

namespace Softlan.Roles.Gateway;

/// <summary>Judges frames from the LAN that have players' MACs: those that came back are a loop, which stops bridging for a while; those that a
/// machine there has sent make the MAC that machine's.</summary>
internal sealed class LoopWatch : IDisposable
{
    /// <summary>Where frames come back, nobody is taken for a stranger for so long: some of what circulates may be forgotten, or was never
    /// written.</summary>
    public static readonly TimeSpan EchoShadow = TimeSpan.FromSeconds(60);

    private readonly ILane _lane;
    private readonly ILogger _logger;
    private readonly string _interface;
    private readonly RoomCode _room;
    private readonly PlayerMacs _macs;
    private readonly Action<MacAddress> _refused;
    private readonly Action _resumed;
    private readonly LoopGuard _loops = new();
    private readonly EchoMemory _echoes = new();
    private readonly ILaneTimer _pauseTimer;

    /// <param name="lane">The gateway's.</param>
    /// <param name="logger">For the operator.</param>
    /// <param name="interface">The port's name.</param>
    /// <param name="room">For the log.</param>
    /// <param name="macs">Is told of strangers.</param>
    /// <param name="refused">Called with the MAC of a client that is refused from now on.</param>
    /// <param name="resumed">Called when bridging goes on.</param>
    public LoopWatch(
        ILane lane, ILogger logger, string @interface, RoomCode room, PlayerMacs macs, Action<MacAddress> refused, Action resumed)
    {
        _lane = lane;
        _logger = logger;
        _interface = @interface;
        _room = room;
        _macs = macs;
        _refused = refused;
        _resumed = resumed;
        _pauseTimer = lane.CreateTimer(OnPauseOver);
    }

    /// <summary>Nothing is bridged now.</summary>
    public bool IsPaused => _loops.IsPaused;

    /// <summary>A frame of a client goes to the LAN, whose switches send it everywhere.</summary>
    public void OnWritten(ReadOnlySpan<byte> frame, MacAddress source)
    {
        for (int echoes = _echoes.OnWritten(frame, _lane.Now); echoes > 0; echoes--)
        {
            OnEcho(source);
        }
    }

    /// <summary>A frame with a client's MAC came from the LAN.</summary>
    public void OnHeard(ReadOnlySpan<byte> frame, MacAddress source)
    {
        if (_loops.IsPaused)
        {
            _echoes.NoteEcho(frame, _lane.Now); // A loop that goes on shadows strangers after the pause.
            return;
        }

        if (_echoes.OnHeard(frame, source, _lane.Now) && !CamRefresh.IsOne(frame))
        {
            OnEcho(source);
        }
        else
        {
            // CAM refreshes go out for all players at once: a LAN that only reflects broadcasts would bring back as many as a loop.
            Act(_loops.OnStray(_lane.Now), source);
        }

        while (_echoes.TryTakeStranger(_lane.Now, out MacAddress stranger, out TimeSpan at))
        {
            if ((_echoes.LastEcho is not { } echo || at > echo + EchoShadow) && _macs.OnStranger(stranger, at))
            {
                _refused(stranger);
            }
        }
    }

    public void Stop() => _pauseTimer.Cancel();

    public void Dispose() => _pauseTimer.Dispose();

    private void OnEcho(MacAddress source) => Act(_loops.OnEcho(_lane.Now), source);

    private void Act(LoopVerdict verdict, MacAddress source)
    {
        switch (verdict)
        {
            case LoopVerdict.Stray:
                GatewayLog.StrayLoop(_logger, source, _interface, _room);
                break;
            case LoopVerdict.Pause:
                GatewayLog.Loop(_logger, source, _interface, _room, DurationText.Seconds(LoopGuard.PauseLength));
                _pauseTimer.Set(LoopGuard.PauseLength);
                break;
        }
    }

    private void OnPauseOver()
    {
        _loops.Resume();
        GatewayLog.BridgingAgain(_logger, _interface);
        _resumed();
    }
}
