namespace Softlan.Roles.Hosting;

/// <summary>Tells somebody in a hurry, who presses Ctrl-C again, from one signal that arrives twice: timeout(1) and others that made a process group
/// signal the process and then its group.</summary>
/// <param name="time">The clock; the system's when null.</param>
internal sealed class StopSignals(TimeProvider? time = null)
{
    /// <summary>A signal that comes this soon after the first is the same one. Nobody presses a key twice in less.</summary>
    public static readonly TimeSpan EchoTime = TimeSpan.FromMilliseconds(100);

    private readonly TimeProvider _time = time ?? TimeProvider.System;
    private readonly Lock _lock = new();
    private long? _first;

    /// <summary>What a signal that asks to stop means.</summary>
    internal enum Meaning
    {
        /// <summary>Stop, in order.</summary>
        Stop,

        /// <summary>Nothing: it is the first one again.</summary>
        Echo,

        /// <summary>End at once, whatever is left behind.</summary>
        EndNow,
    }

    /// <summary>A signal came. Any thread may call it.</summary>
    public Meaning Note()
    {
        lock (_lock)
        {
            if (_first is { } first)
            {
                return _time.GetElapsedTime(first) < EchoTime ? Meaning.Echo : Meaning.EndNow;
            }

            _first = _time.GetTimestamp();
            return Meaning.Stop;
        }
    }
}
