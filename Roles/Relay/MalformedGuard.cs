namespace Softlan.Roles.Relay;

/// <summary>Notices a peer that sends malformed datagrams (protocol.md, section 5, rule 1). A few can be an accident of the network; this many in
/// this time cannot.</summary>
internal sealed class MalformedGuard
{
    /// <summary>The datagram with this number within <see cref="Window"/> closes the connection.</summary>
    public const int Limit = 16;

    public static readonly TimeSpan Window = TimeSpan.FromSeconds(10);

    private readonly TimeSpan[] _last = new TimeSpan[Limit - 1];
    private int _next;
    private int _known;

    /// <summary>Notes one malformed datagram.</summary>
    /// <returns>True when it is one too many.</returns>
    public bool Note(TimeSpan now)
    {
        bool tooMany = _known == _last.Length && now - _last[_next] <= Window;
        _last[_next] = now;
        _next = (_next + 1) % _last.Length;
        _known = Math.Min(_known + 1, _last.Length);
        return tooMany;
    }
}
