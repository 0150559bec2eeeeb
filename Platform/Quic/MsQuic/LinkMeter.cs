namespace Softlan.Platform.Quic.MsQuic;

/// <summary>The last statistics that msquic gave for one connection: written by whichever thread asks msquic, read on the lane.</summary>
/// <remarks>A sequence lock: the reader tries again when a writer was at work meanwhile, which is rare, and nobody waits for a reader.</remarks>
internal sealed class LinkMeter
{
    private NativeMsQuic.Statistics _statistics;
    private long _at = long.MinValue;
    private int _sequence;
    private int _isWriting;

    /// <summary>Since the last <see cref="Publish"/>.</summary>
    public TimeSpan Age => TimeSpan.FromMilliseconds(Environment.TickCount64 - Math.Max(Volatile.Read(ref _at), 0));

    /// <summary>Two writers never meet: the second one's numbers are as old and are not needed.</summary>
    public void Publish(in NativeMsQuic.Statistics statistics)
    {
        if (Interlocked.Exchange(ref _isWriting, 1) != 0)
        {
            return;
        }

        Interlocked.Increment(ref _sequence);
        _statistics = statistics;
        Interlocked.Increment(ref _sequence);
        Volatile.Write(ref _at, Environment.TickCount64);
        Volatile.Write(ref _isWriting, 0);
    }

    public NativeMsQuic.Statistics Read()
    {
        while (true)
        {
            int before = Volatile.Read(ref _sequence);
            NativeMsQuic.Statistics copy = _statistics;
            Interlocked.MemoryBarrier();
            if ((before & 1) == 0 && Volatile.Read(ref _sequence) == before)
            {
                return copy;
            }
        }
    }
}
