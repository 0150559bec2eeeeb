namespace Softlan.Platform.Quic;

/// <summary>Tells losses that just happen, on a radio link or in a busy exchange, from those of a link that is given too much.</summary>
internal sealed class LossMeter
{
    /// <summary>One datagram in so many may be lost by chance. Wi-Fi and mobile networks lose up to 2 %; a link that drops what exceeds its rate
    /// loses more as soon as a sender does not care.</summary>
    public const int DatagramsPerChanceLoss = 32;

    /// <summary>Datagrams over which is counted; older ones count half, and less.</summary>
    public const long Memory = 1024;

    private long _sentSeen;
    private long _lostSeen;
    private long _sent;
    private long _lost;

    /// <summary>What is lost may be by chance. True before anything was lost.</summary>
    public bool IsByChance => _lost * DatagramsPerChanceLoss <= _sent;

    /// <summary>Counted since the connection was made.</summary>
    /// <param name="sent">Datagrams, as those that are lost: a packet may hold a dozen acknowledgements of TCP, and its loss is one by chance all the
    /// same.</param>
    /// <param name="lost">Datagrams.</param>
    public void Update(long sent, long lost)
    {
        _sent += sent - _sentSeen;
        _lost += lost - _lostSeen;
        _sentSeen = sent;
        _lostSeen = lost;
        while (_sent > Memory)
        {
            _sent /= 2;
            _lost /= 2;
        }
    }

    /// <summary>The path is another one.</summary>
    public void Reset() => (_sent, _lost) = (0, 0);
}
