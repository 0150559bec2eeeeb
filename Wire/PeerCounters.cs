namespace Softlan.Wire;

/// <summary>What one peer, or one relay connection, has seen since its start (protocol.md, section 6). One lane writes; others may read torn-free on
/// 64-bit machines.</summary>
/// <remarks>"In" is what arrived from the network or the port; "out" is what was handed on. The link counts datagrams, the role counts
/// frames.</remarks>
internal sealed class PeerCounters
{
    private readonly long[] _drops = new long[Enum.GetValues<DropReason>().Length];

    public long FramesIn;
    public long BytesIn;
    public long FramesOut;
    public long BytesOut;
    public long BroadcastIn;
    public long BroadcastOut;
    public long DatagramsIn;
    public long DatagramsOut;
    public long SplitFrames;
    public long ReassembledFrames;

    /// <summary>Counts one drop; <see cref="DropReason.None"/> is not counted.</summary>
    public void Drop(DropReason reason)
    {
        if (reason != DropReason.None)
        {
            _drops[(int)reason]++;
        }
    }

    /// <summary>Counts <paramref name="count"/> drops at once; <see cref="DropReason.None"/> is not counted.</summary>
    public void Drop(DropReason reason, long count)
    {
        if (reason != DropReason.None)
        {
            _drops[(int)reason] += count;
        }
    }

    /// <summary>Adds everything that <paramref name="other"/> has counted: for sums over links, and for a copy that stands still.</summary>
    public void Add(PeerCounters other)
    {
        FramesIn += other.FramesIn;
        BytesIn += other.BytesIn;
        FramesOut += other.FramesOut;
        BytesOut += other.BytesOut;
        BroadcastIn += other.BroadcastIn;
        BroadcastOut += other.BroadcastOut;
        DatagramsIn += other.DatagramsIn;
        DatagramsOut += other.DatagramsOut;
        SplitFrames += other.SplitFrames;
        ReassembledFrames += other.ReassembledFrames;
        for (int i = 0; i < _drops.Length; i++)
        {
            _drops[i] += other._drops[i];
        }
    }

    public long Dropped(DropReason reason) => _drops[(int)reason];

    /// <summary>Drops for any reason.</summary>
    public long TotalDropped
    {
        get
        {
            long total = 0;
            foreach (long count in _drops)
            {
                total += count;
            }

            return total;
        }
    }
}
