using System.Numerics;
using System.Runtime.InteropServices;
using Softlan.Wire;

namespace Softlan.Roles.Gateway;

/// <summary>Tells a player's frame that comes back from the LAN from one that a machine there has sent under the same MAC. Pure; time is an argument.
/// Allocates nothing.</summary>
/// <remarks>
/// What floods a LAN is remembered by a checksum of its beginning, padding left out. A second bridge may be faster than this gateway, so a frame that
/// is heard first is kept for a while, too: when it is written after that, it was an echo. Checksums of different frames are the same once in four
/// thousand million; then one frame is counted on the wrong side, where it takes twenty.
/// </remarks>
internal sealed class EchoMemory
{
    /// <summary>Frames that were written and are remembered; the oldest is forgotten for one more. Players may send 256 such frames a second each;
    /// a loop brings them back within milliseconds.</summary>
    public const int MaxWritten = 4096;

    /// <summary>Frames that were heard and wait for their original. When there are more, the oldest counts as a stranger's.</summary>
    public const int MaxHeard = 256;

    /// <summary>A copy that comes later than this, after the frame or another copy of it, is a frame of its own.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(2);

    /// <summary>Bytes that are looked at: headers, and enough of the payload to tell two of a kind apart.</summary>
    private const int JudgedLength = 128;

    private readonly uint[] _written = new uint[MaxWritten];
    private readonly TimeSpan[] _writtenAt = new TimeSpan[MaxWritten];
    private readonly Heard[] _heard = new Heard[MaxHeard];
    private long _writes;
    private int _oldestHeard;
    private int _heardCount;

    /// <summary>When a frame came back for the last time; null: none has.</summary>
    public TimeSpan? LastEcho { get; private set; }

    /// <summary>A frame goes to the LAN that its switches send everywhere.</summary>
    /// <returns>How often it has come back already.</returns>
    public int OnWritten(ReadOnlySpan<byte> frame, TimeSpan now)
    {
        uint sum = Sum(frame);
        int slot = (int)(_writes++ % MaxWritten);
        _written[slot] = sum;
        _writtenAt[slot] = now;

        int echoes = 0;
        for (int i = 0; i < _heardCount; i++)
        {
            ref Heard heard = ref _heard[(_oldestHeard + i) % MaxHeard];
            if (!heard.IsSettled && heard.Sum == sum && now - heard.At <= Lifetime)
            {
                heard.IsSettled = true;
                LastEcho = now;
                echoes++;
            }
        }

        return echoes;
    }

    /// <summary>A frame with a player's MAC came from the LAN.</summary>
    /// <returns>Whether it was written to it lately. Otherwise it waits for <see cref="TryTakeStranger"/>.</returns>
    public bool OnHeard(ReadOnlySpan<byte> frame, MacAddress source, TimeSpan now)
    {
        uint sum = Sum(frame);
        if (TryNoteEcho(sum, now))
        {
            return true;
        }

        if (_heardCount < MaxHeard)
        {
            _heard[(_oldestHeard + _heardCount++) % MaxHeard] = new Heard(sum, source, now);
        }

        return false;
    }

    /// <summary>A frame came from the LAN while nobody's are judged: it only counts as the last echo, where it was written lately, and is never kept
    /// as a stranger's.</summary>
    public void NoteEcho(ReadOnlySpan<byte> frame, TimeSpan now) => TryNoteEcho(Sum(frame), now);

    /// <summary>Takes a frame out that was heard and has not been written: a machine on the LAN has sent it.</summary>
    /// <param name="now">The lane's time.</param>
    /// <param name="source">Its MAC.</param>
    /// <param name="at">When it was heard.</param>
    public bool TryTakeStranger(TimeSpan now, out MacAddress source, out TimeSpan at)
    {
        while (_heardCount > 0 && (_heardCount == MaxHeard || _heard[_oldestHeard].IsSettled || now - _heard[_oldestHeard].At > Lifetime))
        {
            Heard oldest = _heard[_oldestHeard];
            _oldestHeard = (_oldestHeard + 1) % MaxHeard;
            _heardCount--;
            if (!oldest.IsSettled)
            {
                (source, at) = (oldest.Source, oldest.At);
                return true;
            }
        }

        (source, at) = (default, default);
        return false;
    }

    /// <summary>A copy that circulates makes its frame young again: it may do so for hours.</summary>
    /// <returns>Whether it was written lately.</returns>
    private bool TryNoteEcho(uint sum, TimeSpan now)
    {
        ReadOnlySpan<uint> written = _written.AsSpan(0, (int)Math.Min(_writes, MaxWritten));
        for (int from = 0, found; (found = written[from..].IndexOf(sum)) >= 0; from += found + 1)
        {
            if (now - _writtenAt[from + found] <= Lifetime)
            {
                _writtenAt[from + found] = now;
                LastEcho = now;
                return true;
            }

            _written[from + found] = 0; // Too old: the next search need not stop here.
        }

        return false;
    }

    /// <summary>CRC-32C. Zeros at the end do not count: short frames are padded on the way.</summary>
    private static uint Sum(ReadOnlySpan<byte> frame)
    {
        ReadOnlySpan<byte> judged = frame[..Math.Min(frame.Length, JudgedLength)].TrimEnd((byte)0);
        uint sum = uint.MaxValue;
        for (; judged.Length >= sizeof(ulong); judged = judged[sizeof(ulong)..])
        {
            sum = BitOperations.Crc32C(sum, MemoryMarshal.Read<ulong>(judged));
        }

        foreach (byte last in judged)
        {
            sum = BitOperations.Crc32C(sum, last);
        }

        return sum;
    }

    private record struct Heard(uint Sum, MacAddress Source, TimeSpan At)
    {
        public bool IsSettled { get; set; }
    }
}
