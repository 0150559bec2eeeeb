using Microsoft.Extensions.Logging;
using Softlan.Platform;
using Softlan.Wire;

namespace Softlan.Roles.Hosting;

/// <summary>Keeps the processors awake while somebody plays.</summary>
/// <remarks>
/// A processor that sleeps between two packets of a game needs up to a tenth of a millisecond to wake up, in each machine that the packet passes; and
/// one that never sleeps costs power all day. So the hold begins with a second in which frames come as a game sends them, and ends when there was
/// none for a while.
/// </remarks>
internal sealed class WakefulCores : IDisposable
{
    /// <summary>Frames in one <see cref="Interval"/> from which on somebody plays: what machines say by themselves on a LAN is less.</summary>
    public const int MinFrames = 20;

    /// <summary>So many intervals with fewer frames end the hold: a map that is loading does not.</summary>
    public const int QuietIntervals = 10;

    /// <summary>How often frames are counted.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly IWakefulness _wakefulness;
    private readonly Func<long> _frames;
    private readonly ILogger _logger;
    private readonly ILaneTimer _timer;
    private long _framesBefore;
    private int _quiet;
    private bool _isHeld;

    /// <param name="lane">Where frames are counted.</param>
    /// <param name="wakefulness">The hold; stays the caller's.</param>
    /// <param name="frames">How many were carried so far.</param>
    public WakefulCores(ILane lane, IWakefulness wakefulness, Func<long> frames, ILogger logger)
    {
        _wakefulness = wakefulness;
        _frames = frames;
        _logger = logger;
        _framesBefore = frames();
        _timer = lane.CreateTimer(OnTimer);
        _timer.Set(Interval);
    }

    public void Dispose()
    {
        _timer.Dispose();
        _wakefulness.Release();
    }

    private void OnTimer()
    {
        long frames = _frames();
        bool plays = frames - _framesBefore >= MinFrames;
        _framesBefore = frames;
        _quiet = plays ? 0 : _quiet + 1;
        if (plays && !_isHeld)
        {
            try
            {
                _wakefulness.Hold();
            }
            catch (SoftlanException e)
            {
                WakefulCoresLog.Refused(_logger, e.Message);
                return; // And not tried again.
            }

            _isHeld = true;
            WakefulCoresLog.Awake(_logger);
        }
        else if (_isHeld && _quiet >= QuietIntervals)
        {
            _isHeld = false;
            _wakefulness.Release();
            WakefulCoresLog.MaySleep(_logger);
        }

        _timer.Set(Interval);
    }
}
