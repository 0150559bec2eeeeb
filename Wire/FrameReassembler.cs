using System.Diagnostics;

namespace Softlan.Wire;

/// <summary>Puts the two pieces of split frames together again. One link has one; it belongs to the link's lane.</summary>
/// <remarks>
/// <para>Split ids count up once per split frame of the link and wrap after 256 (<see cref="FrameSplitter"/>). Here each gets an epoch in front, 16
/// bits in all: an id up to <see cref="WindowLength"/> behind the newest is a late one, every other is ahead and moves the window. Pieces belong
/// together when source, id
/// <i>and epoch</i> agree, so a wrapped id never splices two frames. (Only the loss of about 200 split frames in a row, within
/// <see cref="Lifetime"/>, could hide a wrap.)</para>
/// <para>An unfinished frame dies when it leaves the window, when it is <see cref="Lifetime"/> old, or when a newer one needs its place; each death
/// counts <see cref="DropReason.Incomplete"/>. Completed frames are remembered as long as the window reaches, so that duplicates deliver
/// nothing.</para>
/// <para>A link that never received a piece owns no buffers. One that did keeps as many as were ever unfinished at once, after a silence only
/// <see cref="SpareBuffersKeptIdle"/>.</para>
/// </remarks>
internal sealed class FrameReassembler
{
    /// <summary>An id that many behind the newest is given up: pieces of one frame leave together, and no path reorders that far.</summary>
    public const int WindowLength = 64;

    /// <summary>Unfinished frames of one source; one more pushes out the oldest of that source.</summary>
    public const int MaxUnfinishedPerSource = 32;

    /// <summary>Unfinished frames of all sources of a link (97 KiB of buffers); one more pushes out the oldest. A sender that numbers as it should
    /// never has more in the window.</summary>
    public const int MaxUnfinished = 64;

    /// <summary>How long the first piece waits for the other one.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromMilliseconds(250);

    /// <summary>Completed frames that are remembered: all that fit the window. A sender that numbers wrongly forgets the oldest, and harms
    /// itself.</summary>
    private const int MaxCompleted = WindowLength + 1;

    /// <summary>Buffers that a link keeps after <see cref="Lifetime"/> without pieces: enough for the next frames without a new allocation.</summary>
    private const int SpareBuffersKeptIdle = 2;

    // Empty until the first piece arrives: most links never see one.
    private Unfinished[] _unfinished = [];
    private uint[] _unfinishedKeys = [];
    private uint[] _completedKeys = [];
    private readonly Stack<byte[]> _spare = new();
    private int _completedCount;
    private int _completedNext;
    private ushort _newest;
    private TimeSpan _lastPiece;

    private readonly record struct Unfinished(byte[] Buffer, int Start, int Length, bool IsHead, ushort Source, TimeSpan Arrival)
    {
        public Span<byte> Piece => Buffer.AsSpan(Start, Length);
    }

    /// <summary>Unfinished frames now.</summary>
    public int UnfinishedCount { get; private set; }

    /// <summary>Adds one piece.</summary>
    /// <param name="header">Of kind head or tail, as <see cref="DatagramHeader.TryParse"/> accepted it.</param>
    /// <param name="body">Borrowed until the call returns.</param>
    /// <param name="now">Monotonic.</param>
    /// <param name="counters">Where frames that were completed, given up or malformed are counted.</param>
    /// <param name="frame">The whole frame, 14 to 1518 bytes, when it is <see cref="PieceResult.Complete"/>; valid until the next call.</param>
    public PieceResult Add(DatagramHeader header, ReadOnlySpan<byte> body, TimeSpan now, PeerCounters counters, out ReadOnlySpan<byte> frame)
    {
        Debug.Assert(header.Kind is DatagramKind.Head or DatagramKind.Tail, "Only pieces are put together.");
        Debug.Assert(body.Length is >= 1 and < FrameLimits.MaxLength, "TryParse lets no other piece through.");
        frame = default;
        ushort id = Advance(header.SplitId, now, counters);
        uint key = ((uint)id << 16) | header.Source;
        if (IsCompleted(key))
        {
            return PieceResult.Waiting;
        }

        bool isHead = header.Kind == DatagramKind.Head;
        int index = _unfinishedKeys.AsSpan(0, UnfinishedCount).IndexOf(key);
        if (index < 0)
        {
            MakeRoom(header.Source, counters);
            Keep(key, isHead, header.Source, body, now);
            return PieceResult.Waiting;
        }

        Unfinished other = _unfinished[index];
        if (other.IsHead == isHead)
        {
            if (!body.SequenceEqual(other.Piece))
            {
                // The same number twice with other bytes is another frame: the first one's rest will not come any more.
                GiveUp(index, counters);
                Keep(key, isHead, header.Source, body, now);
            }

            return PieceResult.Waiting;
        }

        Remove(index);
        RememberCompleted(key);
        int length = other.Length + body.Length;
        if (length is < FrameLimits.MinLength or > FrameLimits.MaxLength)
        {
            counters.Drop(DropReason.Malformed);
            return PieceResult.Malformed;
        }

        frame = Join(other, body);
        counters.ReassembledFrames++;
        return PieceResult.Complete;
    }

    /// <summary>Gives up what waited too long. <see cref="Add"/> does it by itself; this is for a link on which nothing more arrives, so that its
    /// counters are right.</summary>
    public void Expire(TimeSpan now, PeerCounters counters)
    {
        for (int i = UnfinishedCount - 1; i >= 0; i--)
        {
            if (now - _unfinished[i].Arrival > Lifetime || (ushort)(_newest - IdOf(i)) > WindowLength)
            {
                GiveUp(i, counters);
            }
        }
    }

    /// <summary>Moves the window and gives the id its epoch.</summary>
    private ushort Advance(byte splitId, TimeSpan now, PeerCounters counters)
    {
        bool isIdle = _unfinished.Length == 0 || now - _lastPiece > Lifetime;
        if (_unfinished.Length == 0)
        {
            _unfinished = new Unfinished[MaxUnfinished];
            _unfinishedKeys = new uint[MaxUnfinished];
            _completedKeys = new uint[MaxCompleted];
        }

        _lastPiece = now;
        byte behind = (byte)((byte)_newest - splitId);
        if (!isIdle && behind <= WindowLength)
        {
            Expire(now, counters);
            return (ushort)(_newest - behind);
        }

        _newest += (byte)(splitId - (byte)_newest);
        Expire(now, counters);
        if (isIdle)
        {
            // After a silence nothing is expected any more and nothing can come twice.
            _completedCount = 0;
            _completedNext = 0;
            while (_spare.Count > SpareBuffersKeptIdle)
            {
                _spare.Pop();
            }
        }

        return _newest;
    }

    private bool IsCompleted(uint key) => _completedKeys.AsSpan(0, _completedCount).Contains(key);

    private void RememberCompleted(uint key)
    {
        _completedKeys[_completedNext] = key;
        _completedNext = (_completedNext + 1) % MaxCompleted;
        _completedCount = Math.Max(_completedCount, _completedNext == 0 ? MaxCompleted : _completedNext);
    }

    private void MakeRoom(ushort source, PeerCounters counters)
    {
        if (UnfinishedCount < MaxUnfinishedPerSource)
        {
            return;
        }

        int ofSource = 0;
        int oldestOfSource = -1;
        int oldest = 0;
        for (int i = 0; i < UnfinishedCount; i++)
        {
            oldest = IsOlder(i, oldest) ? i : oldest;
            if (_unfinished[i].Source == source)
            {
                ofSource++;
                oldestOfSource = oldestOfSource < 0 || IsOlder(i, oldestOfSource) ? i : oldestOfSource;
            }
        }

        if (ofSource >= MaxUnfinishedPerSource)
        {
            GiveUp(oldestOfSource, counters);
        }
        else if (UnfinishedCount == MaxUnfinished)
        {
            GiveUp(oldest, counters);
        }
    }

    // Everything of one turn arrives at one time, so the id decides as well.
    private bool IsOlder(int index, int than) =>
        _unfinished[index].Arrival != _unfinished[than].Arrival
            ? _unfinished[index].Arrival < _unfinished[than].Arrival
            : (ushort)(_newest - IdOf(index)) > (ushort)(_newest - IdOf(than));

    private ushort IdOf(int index) => (ushort)(_unfinishedKeys[index] >> 16);

    /// <summary>A head is kept at the start of its buffer and a tail at the end, so that the other piece finds its place beside it.</summary>
    private void Keep(uint key, bool isHead, ushort source, ReadOnlySpan<byte> body, TimeSpan now)
    {
        byte[] buffer = _spare.Count > 0 ? _spare.Pop() : new byte[FrameLimits.MaxLength];
        int start = isHead ? 0 : buffer.Length - body.Length;
        body.CopyTo(buffer.AsSpan(start));
        _unfinishedKeys[UnfinishedCount] = key;
        _unfinished[UnfinishedCount] = new Unfinished(buffer, start, body.Length, isHead, source, now);
        UnfinishedCount++;
    }

    private static ReadOnlySpan<byte> Join(Unfinished piece, ReadOnlySpan<byte> body)
    {
        int start = piece.IsHead ? 0 : piece.Start - body.Length;
        body.CopyTo(piece.Buffer.AsSpan(piece.IsHead ? piece.Length : start));
        return piece.Buffer.AsSpan(start, piece.Length + body.Length);
    }

    private void GiveUp(int index, PeerCounters counters)
    {
        Remove(index);
        counters.Drop(DropReason.Incomplete);
    }

    /// <summary>The buffer is spare from here on, but not written to before the next call.</summary>
    private void Remove(int index)
    {
        _spare.Push(_unfinished[index].Buffer);
        UnfinishedCount--;
        _unfinished[index] = _unfinished[UnfinishedCount];
        _unfinishedKeys[index] = _unfinishedKeys[UnfinishedCount];
        _unfinished[UnfinishedCount] = default;
    }
}
