namespace Softlan.Platform.Quic.MsQuic;

/// <summary>Room for control bytes between msquic's thread, which adds, and the lane, which takes. When it is full, the stream is held: msquic is
/// told to stop, and its flow control tells the peer.</summary>
internal sealed class ControlRoom(int size)
{
    private long _waiting;
    private int _isHeld;

    /// <summary>On msquic's thread, before bytes are added: whether they have to stay with msquic. Then the lane enables the stream again, when
    /// <see cref="Take"/> says so.</summary>
    public bool MustHold()
    {
        if (Volatile.Read(ref _waiting) <= size)
        {
            return false;
        }

        Interlocked.Exchange(ref _isHeld, 1);

        // The lane may have taken everything between that look and the mark, and would never see it. Whoever takes the mark back has the word: this
        // side adds, the lane enables.
        return Volatile.Read(ref _waiting) > size / 2 || Interlocked.Exchange(ref _isHeld, 0) == 0;
    }

    /// <summary>On msquic's thread.</summary>
    public void Add(int length) => Interlocked.Add(ref _waiting, length);

    /// <summary>On the lane.</summary>
    /// <returns>Whether the stream is to be enabled again: it was held, and half of the room is free.</returns>
    public bool Take(int length) => Interlocked.Add(ref _waiting, -length) <= size / 2 && Interlocked.Exchange(ref _isHeld, 0) != 0;
}
