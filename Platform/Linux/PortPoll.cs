using System.Runtime.Versioning;

namespace Softlan.Platform.Linux;

/// <summary>Has a port's descriptor read: when it is readable, or at the intervals of <see cref="ReadModeration"/>, during which epoll does not look
/// at it. What a port has to leave for the next turn is read then.</summary>
[SupportedOSPlatform("linux")]
internal sealed class PortPoll : IPollable, ITurnEnd, IDisposable
{
    private readonly EventLoop _loop;
    private readonly SafeFd _fd;
    private readonly IReadablePort _port;
    private readonly ReadModeration? _moderation;
    private readonly LoopTimer _timer;
    private TurnEndRequest _turnEnd;
    private LoneRead _lone;
    private bool _isWatched;
    private bool _isAtIntervals;

    public PortPoll(EventLoop loop, SafeFd fd, IReadablePort port, PortModeration moderation)
    {
        _loop = loop;
        _fd = fd;
        _port = port;
        _moderation = moderation == PortModeration.Auto ? new ReadModeration() : null;
        _timer = new LoopTimer(loop, () => Read(mayBeLone: false));
        _turnEnd = new TurnEndRequest(loop, this);
    }

    public void Start()
    {
        _loop.Add(_fd, PollEvents.Readable, this);
        _isWatched = true;
    }

    /// <summary>The port is not read any more. Also from within <see cref="IReadablePort.Read"/>; a second time does nothing.</summary>
    public void Dispose()
    {
        _timer.Dispose();
        if (_isWatched)
        {
            _isWatched = false;
            _loop.Remove(_fd);
        }
    }

    /// <summary>The port sent a frame.</summary>
    public void OnWritten() => _moderation?.OnWritten();

    // Errors are reported at intervals as well.
    public void OnReady(PollEvents events) => Read(_loop.HasRested);

    /// <summary>A timer that is set earlier in a turn may still fire in it.</summary>
    public void OnTurnEnd()
    {
        _turnEnd.Begin();
        if (_isWatched && _port.HasUnread)
        {
            _timer.Set(TimeSpan.Zero);
        }
    }

    /// <param name="mayBeLone">It has just become readable, and the loop had nothing to do before. What gathered for an interval is not
    /// lone.</param>
    private void Read(bool mayBeLone)
    {
        (int frames, int bytes) = _port.Read(_lone.Guess(mayBeLone));
        _lone.OnRead(frames == 1);
        if (!_isWatched)
        {
            return;
        }

        if (_port.HasUnread)
        {
            _turnEnd.Make();
        }

        TimeSpan interval = _moderation?.OnRead(_loop.NowNanoseconds, frames, bytes) ?? TimeSpan.Zero;
        bool isAtIntervals = interval > TimeSpan.Zero;
        if (isAtIntervals != _isAtIntervals)
        {
            _isAtIntervals = isAtIntervals;
            _loop.Modify(_fd, isAtIntervals ? PollEvents.None : PollEvents.Readable, this);
        }

        if (isAtIntervals)
        {
            _timer.Set(interval);
        }
        else
        {
            _timer.Cancel();
        }
    }
}
