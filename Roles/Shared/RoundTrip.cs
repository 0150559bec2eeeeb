using Softlan.Wire;

namespace Softlan.Roles.Shared;

/// <summary>A round trip as probes see it: the latest, and a moving average that a single late answer does not upset.</summary>
internal struct RoundTrip
{
    /// <summary>Answers of which the smallest counts, before the average begins: the first probes are sent while a room is joined, behind a handshake
    /// and a list of peers, and an average would tell of that for half a minute.</summary>
    private const int FirstAnswers = 4;

    private int _answers;

    /// <summary>Zero before the first answer.</summary>
    public TimeSpan Latest { get; private set; }

    /// <summary>An eighth of every new answer, as QUIC smooths its own (RFC 9002, section 5.3). Zero before the first.</summary>
    public TimeSpan Smoothed { get; private set; }

    public readonly bool IsKnown => Smoothed != TimeSpan.Zero;

    /// <summary>When the last answer came.</summary>
    public TimeSpan AnsweredAt { get; private set; }

    /// <summary>How long there has been no answer; zero before the first.</summary>
    public readonly TimeSpan SilenceAt(TimeSpan now) => IsKnown ? now - AnsweredAt : TimeSpan.Zero;

    /// <param name="sample">How long the answer took.</param>
    /// <param name="now">The lane's time.</param>
    public void Add(TimeSpan sample, TimeSpan now)
    {
        AnsweredAt = now;

        // A turn of the lane happens at one time, so an answer within the same turn would look like none at all.
        Latest = TimeSpans.Max(sample, TimeSpan.FromTicks(1));
        _answers = Math.Min(_answers + 1, FirstAnswers + 1);
        Smoothed = _answers > FirstAnswers ? Smoothed + ((Latest - Smoothed) / 8)
            : IsKnown && Smoothed < Latest ? Smoothed
            : Latest;
    }
}
