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
/// Wi-Fi and mobile networks take longer as soon as there is anything to carry, for they carry it in bursts; and somebody else may fill the line.
/// That does not become shorter when less of ours is in flight, as a queue of ours would, by the same share. So what the path took when clearly less
/// was in flight, and was not clearly shorter, is no queue of ours, and from then on round trips are compared with that. There are such epochs, since
/// the limit has just been lowered, and since BBR pauses every few seconds.
/// </para>
/// <para>
/// That takes its time, for a limit that has settled too low makes no such epochs until BBR pauses. But where we send next to nothing, nothing of
/// ours queues: what a quiet path takes on average longer than at its shortest is the path's own as well. The smoothed round trip says it, since
/// acknowledgements of lone packets take their time, and that is not in it. A packet that is followed by others does not overtake them, so under load
/// even the luckiest takes about as long as one of a quiet path on average.
/// </para>
/// <para>
/// On a near path, a cable or this machine itself, the mean is compared instead. There a queue is what a process finds when its turn on the processor
/// comes, and somebody always comes early: by the shortest round trip a relay's socket may hold a millisecond's worth on average. Between client,
/// relay and gateway on two cores, with a TCP stream, a ping took 1.3 ms; by the mean it takes 0.65, and TCP is as fast. But what is not TCP is
/// dropped when it grows too old, and there the limit comes from processes that wait for their turn rather than from a slow link. So on a near path
/// what is late (<see cref="Wire.DatagramQueue.IsNextLate"/>) need not keep to the limit, only to congestion control.
/// </para>
/// </remarks>
internal sealed class DelayGuard
{
    /// <summary>Before the first queue was seen.</summary>
    public const long NoLimit = long.MaxValue;

    /// <summary>Bytes of a full packet on plain Ethernet.</summary>
    private const long FullPacket = 1472;

    /// <summary>Bytes. With less in flight nobody sends much, and packets are acknowledged when it suits.</summary>
    private const long Load = 2 * FullPacket;

    /// <summary>Bytes that may always be in flight: what BBR leaves when it pauses.</summary>
    public const long SmallestLimit = 4 * FullPacket;

    /// <summary>Bytes: QUIC's initial window (RFC 9002, section 7.2). Less than this in flight says nothing about a queue of ours if no more was to
    /// be sent: acknowledgements of single packets take their time.</summary>
    private const long InitialWindow = 10 * FullPacket;

    /// <summary>The share of the congestion window that may always be in flight, or what the path carries in its shortest round trip, if that is
    /// less: BBR may over-estimate a slow path. Who shares a link with somebody who fills its buffer keeps getting something:
    /// <see cref="SmallestLimit"/> in a round trip, in the worst case.</summary>
    public const int SmallestShare = 4;

    /// <summary>The same on a near path, where the window is many times what the path holds: BBR counts on acknowledgements that come in
    /// bursts.</summary>
    public const int SmallestShareOfNear = 8;

    /// <summary>A path is near when its shortest round trip is shorter than this: no jitter of the air or of a provider is in it.</summary>
    public static readonly TimeSpan NearPath = TimeSpan.FromMilliseconds(1);

    /// <summary>A queue shorter than this is no queue but the time that two processes need to take turns.</summary>
    // With 120 us for a near path, and a sixteenth of the window, that ping takes 0.45 ms, but TCP a sixth less on a busy machine.
    public static readonly TimeSpan SmallestDelay = TimeSpan.FromMicroseconds(250);

    /// <summary>The longest queue that a slow path may hold: as long as a frame of a game takes to notice.</summary>
    public static readonly TimeSpan LongestDelay = TimeSpan.FromMilliseconds(2);

    /// <summary>What a quiet path usually takes longer than at its shortest counts up to this share of that: a radio that sleeps when there is
    /// nothing to carry takes longer still, and is awake under load.</summary>
    public const int MostOfUsual = 4;

    /// <summary>The limit grows by this share at most in an epoch.</summary>
    private const double LargestStep = 0.25;

    /// <summary>After so many epochs without a queue, with clearly more in flight than what last filled the path, the path has become faster; so has
    /// one whose limit is clearly less. Each step is then twice the last.</summary>
    private const int EmptyEpochsUntilLeap = 3;

    /// <summary>An epoch has at least this many round trips' time and this long, so that there is a packet in it that was lucky.</summary>
    private static readonly TimeSpan ShortestEpoch = TimeSpan.FromMilliseconds(5);

    /// <summary>How long the shortest round trip is remembered, twice: a path that has become longer is then believed.</summary>
    private static readonly TimeSpan Memory = TimeSpan.FromSeconds(5);

    /// <summary>Less is in flight than before when it is at most this share of the most. A round trip is clearly shorter than was thought when two
    /// epochs in a row say so by this share: one may have been lucky.</summary>
    private const double ClearlyLess = 0.8;

    /// <summary>More is in flight than what last filled the path when it is at least so many times that: what fills it is known to a packet in
    /// twenty.</summary>
    private const double ClearlyMore = 1.1;

    /// <summary>The most is that of so many epochs, and of as many before them.</summary>
    private const int EpochsOfPeak = 10;

    /// <summary>So long after a buffer has begun to overflow, what was measured before and during that is no evidence.</summary>
    private static readonly TimeSpan LongestOverflow = TimeSpan.FromSeconds(1);

    /// <summary>How much the latest epoch counts that showed what is not ours: they differ by what their luckiest packet happened to meet.</summary>
    private const int NotOursSmoothing = 4;

    /// <summary>How much the latest epoch counts of the rate that the path carries: it takes bursts faster than it could go on with.</summary>
    private const int RateSmoothing = 8;

    /// <summary>A path is quiet when no more than a packet has been in flight for so many round trips that were measured, and the smoothed one (an
    /// eighth of each) has ceased to fall: then it has forgotten what was before.</summary>
    private const int RoundTripsUntilQuiet = 16;

    /// <summary>How much the latest epoch counts of a quiet path.</summary>
    private const int QuietSmoothing = 16;

    private TimeSpan _base = TimeSpan.MaxValue;
    private TimeSpan _nextBase = TimeSpan.MaxValue;
    private TimeSpan _baseUntil;
    private TimeSpan _shortest = TimeSpan.MaxValue;
    private TimeSpan _sum;
    private int _count;
    private TimeSpan _epochEnds;
    private long _mostInFlight;
    private long _mostBefore;
    private bool _wasInTheWay;
    private int _emptyEpochs;
    private long _filled; // Bytes in flight that last filled the path, and a queue that is tolerated.
    private long _proven;
    private long _nextProven;
    private TimeSpan _epochBegan;
    private long _goneBefore;
    private double _rate;
    private Peak _peak;
    private Peak _nextPeak;
    private TimeSpan _shortestBefore;
    private TimeSpan _highAt;
    private TimeSpan _overflowBegan;
    private TimeSpan _overflowNoted = -Memory;
    private TimeSpan _notOurs;
    private TimeSpan _notOursUntil;
    private bool _wasShorter;
    private TimeSpan _usual;
    private TimeSpan _latest;
    private TimeSpan _smoothedBefore;
    private int _quietRoundTrips;
    private bool _hasSettled;
    private bool _isFresh;

    /// <summary>The shortest round trip of the last seconds; zero before the first.</summary>
    public TimeSpan RoundTrip => _base == TimeSpan.MaxValue ? TimeSpan.Zero : _base;

    /// <summary>See <see cref="NearPath"/>.</summary>
    public bool IsNear => _base < NearPath;

    /// <summary>In the last epoch more was in flight than <see cref="Load"/>.</summary>
    public bool IsBusy { get; private set; }

    /// <summary>Bytes that may be in flight now.</summary>
    public long Limit { get; private set; } = NoLimit;

    private TimeSpan LongestUsual => _base + (_base / MostOfUsual);

    private long MostOfPeaks => Math.Max(_peak.InFlight, _nextPeak.InFlight);

    /// <summary>The most bytes in flight with which the path, in the last seconds, was without a queue; 0 before the first.</summary>
    public long Proven => Math.Max(_proven, _nextProven);

    /// <summary>What was measured since the last call.</summary>
    /// <param name="roundTrip">Of the latest packet that was acknowledged; zero before the first.</param>
    /// <param name="smoothed">The average of the latest, without the time that the other side took to acknowledge (RFC 9002, section 5.3).</param>
    /// <param name="inFlight">Bytes.</param>
    /// <param name="gone">Bytes that have been sent and are not in flight any more, since the connection began.</param>
    /// <param name="window">Bytes that congestion control allows in flight.</param>
    /// <param name="now">Monotonic.</param>
    public void Update(TimeSpan roundTrip, TimeSpan smoothed, long inFlight, long gone, long window, TimeSpan now)
    {
        if (roundTrip <= TimeSpan.Zero)
        {
            return;
        }

        RememberBase(roundTrip, now);
        _shortest = roundTrip < _shortest ? roundTrip : _shortest;
        _sum += roundTrip;
        _count++;
        _mostInFlight = Math.Max(_mostInFlight, inFlight);
        if (roundTrip != _latest)
        {
            _latest = roundTrip;
            _quietRoundTrips++;
            _isFresh = true;
        }

        if (inFlight > ClearlyLess * MostOfPeaks)
        {
            _highAt = now;
        }

        if (now >= _epochEnds)
        {
            if (IsNear)
            {
                _quietRoundTrips = 0;
                Judge(_sum / _count, _base, Math.Min(_mostInFlight, Limit), Math.Max(window / SmallestShareOfNear, InitialWindow));
            }
            else
            {
                LearnUsual(smoothed);
                LearnNotOurs(now);

                // What is in flight exceeds the limit by up to a packet; a limit that is hardly too large would otherwise follow from itself, and
                // never be lowered.
                long inFlightThen = Math.Max(_mostInFlight, _mostBefore) - FullPacket;
                Judge(_shortest, WithoutQueue(now), inFlightThen, Math.Min(window / SmallestShare, LearnCarried(gone, now)));
            }

            IsBusy = _mostInFlight > Load;

            // What is in flight now shows a round trip later.
            TimeSpan round = 2 * _base > _shortest ? 2 * _base : _shortest;
            _epochEnds = now + (round > ShortestEpoch ? round : ShortestEpoch);
            _epochBegan = now;
            _goneBefore = gone;
            _shortest = TimeSpan.MaxValue;
            _sum = TimeSpan.Zero;
            _count = 0;
            _mostBefore = _mostInFlight;
            _mostInFlight = inFlight;
            _wasInTheWay = false;
        }
    }

    /// <summary>Something could have been sent, had the limit, or what congestion control allows while there is none, not been in the way.</summary>
    public void NoteInTheWay() => _wasInTheWay = true;

    /// <summary>More was lost than happens by chance, so a buffer has overflowed: what it dropped still counts as in flight, and the round trip says
    /// how long the buffer is, not how much of ours is in it.</summary>
    /// <remarks>That ends soon, for the limit is lowered. What is lost all the same, the line loses by itself, and where it takes longer under load
    /// as well, that must be learnt.</remarks>
    public void NoteOverflow(TimeSpan now)
    {
        _overflowBegan = now - _overflowNoted > Memory ? now : _overflowBegan;
        _overflowNoted = now;
        if (now - _overflowBegan < LongestOverflow)
        {
            _peak = _nextPeak = default;
        }
    }

    private void RememberBase(TimeSpan roundTrip, TimeSpan now)
    {
        if (now >= _baseUntil)
        {
            if (now >= _baseUntil + Memory)
            {
                // Nothing was measured for a long time.
                _nextBase = TimeSpan.MaxValue;
                _nextProven = 0;
            }

            _base = _nextBase;
            _nextBase = TimeSpan.MaxValue;
            _proven = _nextProven;
            _nextProven = 0;
            _baseUntil = now + Memory;
        }

        _nextBase = roundTrip < _nextBase ? roundTrip : _nextBase;
        _base = roundTrip < _base ? roundTrip : _base;
    }

    /// <summary>At the end of an epoch: whether the path was quiet, and what it took then.</summary>
    private void LearnUsual(TimeSpan smoothed)
    {
        bool isFalling = smoothed < _smoothedBefore;
        _smoothedBefore = smoothed;
        if (Math.Max(_mostInFlight, _mostBefore) > FullPacket)
        {
            _quietRoundTrips = 0;
            _hasSettled = false;
        }
        else if (_isFresh && _quietRoundTrips >= RoundTripsUntilQuiet && (_hasSettled || !isFalling))
        {
            _hasSettled = true;
            smoothed = smoothed < LongestUsual ? smoothed : LongestUsual;
            _usual = _usual == default ? smoothed : _usual + ((smoothed - _usual) / QuietSmoothing);
        }

        _isFresh = false;
    }

    /// <summary>What the path takes under load, as far as is known, when nothing of ours stands in a queue.</summary>
    private TimeSpan WithoutQueue(TimeSpan now)
    {
        // The base may have become another since the path was quiet.
        TimeSpan without = _usual < LongestUsual ? _usual : LongestUsual;
        without = without > _base ? without : _base;
        return now < _notOursUntil && _notOurs > without ? _notOurs : without;
    }

    /// <summary>At the end of an epoch: whether less in flight has left the round trip as it was.</summary>
    private void LearnNotOurs(TimeSpan now)
    {
        bool wasShorter = _wasShorter;
        _wasShorter = false;
        if (Math.Min(_mostInFlight, _mostBefore) > Load)
        {
            // Of the most that was in flight during the round trips that this epoch measured.
            double share = Math.Max(_mostInFlight, _mostBefore) / (double)Math.Max(MostOfPeaks, 1);
            TimeSpan then = _peak.RoundTrip > _nextPeak.RoundTrip ? _peak.RoundTrip : _nextPeak.RoundTrip;
            if (share <= ClearlyLess && _epochBegan - _highAt >= _shortest && (then - _shortest).Duration() < then * ((1 - share) / 2))
            {
                _notOurs = now < _notOursUntil ? _notOurs + ((_shortest - _notOurs) / NotOursSmoothing) : _shortest;
                _notOursUntil = now + (2 * Memory);
            }

            // Where a buffer overflows, the round trip stays the same as well, and what was dropped still counts as in flight; and somebody else's
            // queue comes to an end.
            _wasShorter = _shortest < _notOurs * ClearlyLess;
            _notOurs = wasShorter && _wasShorter ? _shortest : _notOurs;
        }

        if (++_nextPeak.Epochs > EpochsOfPeak)
        {
            _peak = _nextPeak;
            _nextPeak = new Peak { Epochs = 1 };
        }

        _nextPeak.InFlight = Math.Max(_nextPeak.InFlight, _mostInFlight);

        // The most in flight may be that of the epoch's beginning, and the shortest that of its end; and in a slow start, before there is a limit,
        // the shortest is that of the beginning. (The mean of a few packets is that of acknowledgements that wait.)
        TimeSpan met = Limit != NoLimit || _mostInFlight < 2 * InitialWindow ? _shortest : _sum / _count;
        TimeSpan longer = met > _shortestBefore ? met : _shortestBefore;
        _nextPeak.RoundTrip = longer > _nextPeak.RoundTrip ? longer : _nextPeak.RoundTrip;
        _shortestBefore = _shortest;
    }

    /// <summary>At the end of an epoch: the bytes that the path has carried in its shortest round trip.</summary>
    private long LearnCarried(long gone, TimeSpan now)
    {
        if (_epochBegan == default)
        {
            return long.MaxValue;
        }

        if (Math.Min(_mostInFlight, _mostBefore) > Load)
        {
            double rate = (gone - _goneBefore) / (now - _epochBegan).TotalSeconds;
            _rate = _rate == 0 ? rate : _rate + ((rate - _rate) / RateSmoothing);
        }

        return (long)(_rate * _base.TotalSeconds);
    }

    /// <param name="roundTrip">What stands for the epoch's.</param>
    /// <param name="without">How long it is without a queue.</param>
    /// <param name="inFlight">Bytes that were in flight when that was measured.</param>
    /// <param name="least">Bytes that the limit leaves at least.</param>
    private void Judge(TimeSpan roundTrip, TimeSpan without, long inFlight, long least)
    {
        TimeSpan tolerated = _base / 8;
        tolerated = tolerated < SmallestDelay ? SmallestDelay : tolerated > LongestDelay ? LongestDelay : tolerated;
        TimeSpan queue = roundTrip - without;
        if (queue <= tolerated)
        {
            _nextProven = Math.Max(_nextProven, Math.Min(_mostInFlight, _mostBefore)); // What joined only now shows in the next epoch.
        }

        // So much, by Little's law, would have been in flight with a queue that is tolerated.
        double share = (without + tolerated) / roundTrip;
        if (queue > tolerated && (_mostInFlight > InitialWindow || (_wasInTheWay && _mostInFlight > SmallestLimit)))
        {
            // At most half is taken away at once: the round trip is one of the past.
            _emptyEpochs = 0;
            _filled = (long)(inFlight * share);
            Limit = Math.Max(Math.Max(SmallestLimit, least), Math.Min(Limit, (long)(inFlight * Math.Max(0.5, share))));
        }
        else if (_wasInTheWay && Limit != NoLimit)
        {
            // Half of what is left, for what this leads to shows in the epoch after the next.
            bool isElsewhere = _mostBefore > ClearlyMore * _filled || Limit < ClearlyLess * _filled;
            _emptyEpochs = queue < tolerated / 2 && isElsewhere ? _emptyEpochs + 1 : 0;
            double step = (share - 1) / 2 * (1 << Math.Clamp(_emptyEpochs - EmptyEpochsUntilLeap, 0, 16));
            Limit = (long)Math.Min(Limit * (1 + Math.Clamp(step, 0, LargestStep)), 1L << 40);
        }
    }

    /// <summary>The most of some epochs.</summary>
    private struct Peak
    {
        public int Epochs;
        public long InFlight;
        public TimeSpan RoundTrip;
    }
}
