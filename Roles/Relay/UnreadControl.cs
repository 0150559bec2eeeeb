using Softlan.Platform;

namespace Softlan.Roles.Relay;

/// <summary>Looks now and then whether a peer still reads its control messages: its link shows only how far it has come.</summary>
internal sealed class UnreadControl
{
    /// <summary>A peer that has not acknowledged for so long what it was told, and is heard all the same, does not read: its link is closed. Longer
    /// than the silence that ends a link, so nobody is closed for an outage.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromSeconds(40);

    private long _mark;
    private TimeSpan _markedAt;

    /// <summary>What is said to a peer that is closed for it.</summary>
    public static string Text { get; } = $"control messages were not read for {Longest.TotalSeconds:0} s";

    /// <summary>Whether something that was sent has waited for <see cref="Longest"/> at least. To be called every few seconds: who asks less often
    /// hears of it later.</summary>
    public bool IsTooOld(ControlProgress progress, TimeSpan now)
    {
        if (progress.Delivered < _mark)
        {
            return now - _markedAt >= Longest;
        }

        _mark = progress.Sent;
        _markedAt = now;
        return false;
    }
}
