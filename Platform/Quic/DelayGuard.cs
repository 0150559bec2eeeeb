using Softlan.Wire;

namespace Softlan.Platform.Quic;

/// <summary>Keeps what is in flight so short that it does not queue on its way: frames that have to wait should wait here, where flows take turns and
/// games go first, and not in somebody's buffer, where they cannot.</summary>
/// <remarks>
/// Congestion control alone allows much more: BBR lets in flight what the path carries in two round trips, and what acknowledgements that come in
/// bursts make look like the path's own. In a socket's buffer of a busy relay, or in a modem's, that is milliseconds for everybody.
/// <para>
/// In each epoch the shortest round trip is compared with the shortest of the last seconds. What it is longer by stood in a queue all the time;
/// jitter does not count, since one packet that got through quickly shows that there was no queue. The limit is then what would have been in flight
/// without that queue; when there is none, and the limit was in the way, it grows, and in large steps only where that has not filled the path lately:
/// everybody on the line waits for what is tried beyond.
/// </para>
/// <para>
/// Without a queue of ours a path takes as long as at its shortest (<see cref="BaseRoundTrip"/>), or what it took when it was quiet
/// (<see cref="QuietRoundTrip"/>), or what it took under load that did not depend on what was ours (<see cref="ForeignDelay"/>), whichever is longer.
/// The last takes its time, for a limit that has settled too low makes no epochs that show it until BBR pauses.
/// </para>
/// <para>
/// On a near path, a cable or this machine itself, the mean is compared instead. There a queue is what a process finds when its turn on the processor
/// comes, and somebody always comes early: by the shortest round trip a relay's socket may hold a millisecond's worth on average. But what is not TCP
/// is dropped when it grows too old, and there the limit comes from processes that wait for their turn rather than from a slow link. So on a near
/// path what is late (<see cref="Wire.DatagramQueue.IsNextLate"/>) need not keep to the limit, only to congestion control.
/// </para>
/// <para>
/// What all of this is worth is told in tests/bench/README.md.
/// </para>
/// </remarks>
internal sealed class DelayGuard
{
    /// <summary>Before the first queue was seen.</summary>
    public const long NoLimit = long.MaxValue;

    /// <summary>Bytes of a full packet on plain Ethernet.</summary>
    public const long FullPacket = 1472;

    /// <summary>Bytes. With less in flight nobody sends much, and packets are acknowledged when it suits.</summary>
    public const long Load = 2 * FullPacket;

    /// <summary>Bytes that may always be in flight: what BBR leaves when it pauses.</summary>
    public const long SmallestLimit = 4 * FullPacket;

    /// <summary>Bytes: QUIC's initial window (RFC 9002, section 7.2). Less than this in flight says nothing about a queue of ours if no more was to
    /// be sent: acknowledgements of single packets take their time.</summary>
    public const long InitialWindow = 10 * FullPacket;

    /// <summary>The share of the congestion window that may always be in flight, or what the path carries in its shortest round trip, if that is
    /// less: BBR may over-estimate a slow path. Who shares a link with somebody who fills its buffer keeps getting something:
    /// <see cref="SmallestLimit"/> in a round trip, in the worst case.</summary>
    public const int SmallestShare = 4;

    /// <summary>The same on a near path, where the window is many times what the path holds: BBR counts on acknowledgements that come in
    /// bursts.</summary>
    public const int SmallestShareOfNear = 12;

    /// <summary>A path is near when its shortest round trip is shorter than this: no jitter of the air or of a provider is in it.</summary>
    public static readonly TimeSpan NearPath = TimeSpan.FromMilliseconds(1);

    /// <summary>A queue shorter than this is no queue but the time that two processes need to take turns. On a near path this is the choice between
    /// calm and speed: with 250 us and an eighth (<see cref="SmallestShareOfNear"/>) TCP is a twelfth faster and a ping beside it takes 1.4 instead
    /// of 0.95 ms at p99, with 130 us and a sixteenth a fifth slower and 0.75 ms.</summary>
    public static readonly TimeSpan SmallestDelay = TimeSpan.FromMicroseconds(180);

    /// <summary>The longest queue that a slow path may hold: as long as a frame of a game takes to notice.</summary>
    public static readonly TimeSpan LongestDelay = TimeSpan.FromMilliseconds(2);

    /// <summary>The limit grows by this share at most in an epoch.</summary>
    private const double LargestStep = 0.25;

    /// <summary>After so many epochs without a queue, with clearly more in flight than what last filled the path, the path has become faster; so has
    /// one whose limit is clearly less. Each step is then twice the last.</summary>
    private const int EmptyEpochsUntilLeap = 3;

    /// <summary>Less is in flight than before, or a round trip shorter than was thought, when it is at most this share of that.</summary>
    public const double ClearlyLess = 0.8;

    /// <summary>More is in flight than what last filled the path when it is at least so many times that: what fills it is known to a packet in
    /// twenty.</summary>
    private const double ClearlyMore = 1.1;

    private readonly DelayEpoch _epoch = new();
    private readonly BaseRoundTrip _base = new();
    private readonly ProvenWindow _proven = new();
    private readonly QuietRoundTrip _quiet = new();
    private readonly ForeignDelay _foreign = new();
    private readonly CarriedRate _carried = new();
    private bool _wasInTheWay;
    private int _emptyEpochs;
    private long _filled; // Bytes in flight that last filled the path, and a queue that is tolerated.

    /// <summary>The shortest round trip of the last seconds; zero before the first.</summary>
    public TimeSpan RoundTrip => _base.Value == TimeSpan.MaxValue ? TimeSpan.Zero : _base.Value;

    /// <summary>See <see cref="NearPath"/>.</summary>
    public bool IsNear => _base.Value < NearPath;

    /// <summary>In the last epoch more was in flight than <see cref="Load"/>.</summary>
    public bool IsBusy { get; private set; }

    /// <summary>Bytes that may be in flight now.</summary>
    public long Limit { get; private set; } = NoLimit;

    /// <summary>The most bytes in flight with which the path, in the last seconds, was without a queue; 0 before the first.</summary>
    public long Proven => _proven.Value;

    /// <summary>Something was measured.</summary>
    public void Update(in DelaySample sample)
    {
        if (sample.RoundTrip <= TimeSpan.Zero)
        {
            return;
        }

        _proven.Forget(_base.Add(sample.RoundTrip, sample.Now));
        _epoch.Add(in sample);
        _quiet.Add(sample.RoundTrip);
        _foreign.Add(sample.InFlight, sample.Now);
        if (_epoch.IsOver(sample.Now))
        {
            EndEpoch(in sample);
        }
    }

    /// <summary>Something could have been sent, had the limit, or what congestion control allows while there is none, not been in the way.</summary>
    public void NoteInTheWay() => _wasInTheWay = true;

    /// <summary>More was lost than happens by chance, so a buffer has overflowed: what it dropped still counts as in flight, and the round trip says
    /// how long the buffer is, not how much of ours is in it.</summary>
    /// <remarks>That ends soon, for the limit is lowered. What is lost all the same, the line loses by itself, and where it takes longer under load
    /// as well, that must be learnt.</remarks>
    public void NoteOverflow(TimeSpan now) => _foreign.NoteOverflow(now);

    private void EndEpoch(in DelaySample sample)
    {
        if (IsNear)
        {
            _quiet.OnNearEpoch();
            Judge(_epoch.Mean, _base.Value, Math.Min(_epoch.MostInFlight, Limit), Math.Max(sample.Window / SmallestShareOfNear, InitialWindow));
        }
        else
        {
            _quiet.OnEpoch(sample.Smoothed, _epoch.MostOfBoth, _base.Value);
            _foreign.OnEpoch(_epoch, Limit != NoLimit, sample.Now);
            _carried.OnEpoch(_epoch, in sample);
            long carried = _epoch.Began == default ? long.MaxValue : _carried.In(_base.Value);

            // What is in flight exceeds the limit by up to a packet; a limit that is hardly too large would otherwise follow from itself, and
            // never be lowered.
            Judge(_epoch.Shortest, WithoutQueue(sample.Now), _epoch.MostOfBoth - FullPacket, Math.Min(sample.Window / SmallestShare, carried));
        }

        IsBusy = _epoch.MostInFlight > Load;
        _epoch.Restart(in sample, _base.Value);
        _wasInTheWay = false;
    }

    /// <summary>What the path takes under load, as far as is known, when nothing of ours stands in a queue.</summary>
    private TimeSpan WithoutQueue(TimeSpan now)
    {
        TimeSpan quiet = _quiet.Over(_base.Value);
        return _foreign.Over(TimeSpans.Max(quiet, _base.Value), now);
    }

    /// <param name="roundTrip">What stands for the epoch's.</param>
    /// <param name="without">How long it is without a queue.</param>
    /// <param name="inFlight">Bytes that were in flight when that was measured.</param>
    /// <param name="least">Bytes that the limit leaves at least.</param>
    private void Judge(TimeSpan roundTrip, TimeSpan without, long inFlight, long least)
    {
        TimeSpan tolerated = TimeSpans.Clamp(_base.Value / 8, SmallestDelay, LongestDelay);
        TimeSpan queue = roundTrip - without;
        if (queue <= tolerated)
        {
            _proven.Add(_epoch.InBoth); // What joined only now shows in the next epoch.
        }

        // So much, by Little's law, would have been in flight with a queue that is tolerated.
        double share = (without + tolerated) / roundTrip;
        if (queue > tolerated && (_epoch.MostInFlight > InitialWindow || (_wasInTheWay && _epoch.MostInFlight > SmallestLimit)))
        {
            // At most half is taken away at once: the round trip is one of the past.
            _emptyEpochs = 0;
            _filled = (long)(inFlight * share);
            Limit = Math.Max(Math.Max(SmallestLimit, least), Math.Min(Limit, (long)(inFlight * Math.Max(0.5, share))));
        }
        else if (_wasInTheWay && Limit != NoLimit)
        {
            // Half of what is left, for what this leads to shows in the epoch after the next.
            bool isElsewhere = _epoch.MostBefore > ClearlyMore * _filled || Limit < ClearlyLess * _filled;
            _emptyEpochs = queue < tolerated / 2 && isElsewhere ? _emptyEpochs + 1 : 0;
            double step = (share - 1) / 2 * (1 << Math.Clamp(_emptyEpochs - EmptyEpochsUntilLeap, 0, 16));
            Limit = (long)Math.Min(Limit * (1 + Math.Clamp(step, 0, LargestStep)), 1L << 40);
        }
    }
}
