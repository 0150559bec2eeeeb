using System.Runtime.Versioning;
using Microsoft.Extensions.Logging;
using Softlan.Platform.Linux;

namespace Softlan.Platform.Quic.Ngtcp2;

// BBR as ngtcp2 1.11 has it takes a loss for more than it is. It lowers the window to what is in flight, and every round trip with a loss takes
// another three tenths, until it probes again; where fewer than fifty packets are in flight one loss is more than the 2 % that end a probe. On a path
// that loses one packet in 200 by chance it so arrives at four packets in a round trip, and stays there for seconds: a game's packets then wait for a
// round trip and more, and grow too old. Measured over 30 ms: 1 to 6 % of them lost instead of 1 %, and TCP at 4.5 instead of 6.4 Mbit/s. (Later
// versions do without the first of these.)
//
// ngtcp2 lets a program choose between its algorithms, and read the window, but not set it. So it is set where ngtcp2 keeps it. ngtcp2_conn is opaque
// and may be laid out otherwise in another version; but ngtcp2_conn_get_conn_info copies seven numbers out of it, and in all versions so far
// (ngtcp2_conn_stat in lib/ngtcp2_conn_stat.h) they stand in it in the same order and at the same distances. Where exactly one place in the
// connection's own memory holds all seven, that is it. Where there is none, or several, everything stays as ngtcp2 has it; and so it does in versions
// that were not tested (Ngtcp2Internals), since what holds the same numbers need not mean the same.

/// <summary>The congestion window of one connection, to be raised.</summary>
[SupportedOSPlatform("linux")]
internal sealed unsafe class CongestionWindow
{
    // Members of ngtcp2_conn_stat, in words of 64 bits.
    private const int LatestRtt = 0;
    private const int MinRtt = 1;
    private const int SmoothedRtt = 2;
    private const int RttVariance = 3;
    private const int Window = 14;
    private const int SlowStartThreshold = 15;
    private const int BytesInFlight = 17;
    private const int Words = 18;

    /// <summary>Where the first of them is in every ngtcp2_conn of this process, in words; -1 before it was found. Several threads may find it; they
    /// find the same.</summary>
    private static int _place = -1;

    /// <summary>What was said last: 1 found, 0 not found; -1: nothing yet.</summary>
    private static int _told = -1;

    private readonly ILogger? _logger;
    private ulong* _stat;
    private bool _wasSought;

    /// <param name="isKnown">See <see cref="Ngtcp2Internals.AreKnown"/>; false: it is never found.</param>
    /// <param name="logger">Hears whether it was found; may be null.</param>
    public CongestionWindow(bool isKnown, ILogger? logger)
    {
        _wasSought = !isKnown;
        _logger = logger;
    }

    /// <summary>Looks for it, once, when round trips have been measured: before that the numbers are all too common.</summary>
    /// <param name="connection">ngtcp2_conn.</param>
    /// <param name="info">What ngtcp2 says about it now.</param>
    /// <returns>It is known, so it can be raised.</returns>
    public bool TryFind(nint connection, in NativeNgtcp2.ConnInfo info)
    {
        if (_wasSought || info.LatestRtt == 0)
        {
            return _stat is not null;
        }

        _wasSought = true;

        // SAFETY: ngtcp2 allocates the connection with its default allocator, malloc's, and gives out that very address; so as many bytes as malloc
        // says may be read. Nobody frees it meanwhile: the caller, on whose lane ngtcp2_conn_del would be called, is in here.
        ReadOnlySpan<ulong> memory = new((void*)connection, (int)NativeLibc.MallocUsableSize(connection) / sizeof(ulong));
        int place = Volatile.Read(ref _place);
        if (place < 0)
        {
            place = Search(memory, info);
            Volatile.Write(ref _place, place);
        }

        if (place >= 0 && place + Words <= memory.Length && IsStat(memory[place..], info))
        {
            // SAFETY: inside the connection's memory, which lives until ngtcp2_conn_del; after that nobody asks (Forget).
            _stat = (ulong*)connection + place;
        }

        Tell(_stat is not null);
        return _stat is not null;
    }

    /// <summary>The connection is about to be deleted.</summary>
    public void Forget() => _stat = null;

    /// <summary>Only after <see cref="TryFind"/>. Congestion control goes on from there, and may lower it again with the next
    /// acknowledgement.</summary>
    /// <param name="bytes">More than it is.</param>
    public void Raise(long bytes)
    {
        // SAFETY: TryFind saw that all members lie inside the connection's memory; Forget comes before that is freed. ngtcp2 runs on this lane only,
        // and is not running now.
        _stat[Window] = (ulong)bytes;
    }

    /// <summary>The only place in <paramref name="memory"/> where the numbers are; -1: there is none, or more than one.</summary>
    internal static int Search(ReadOnlySpan<ulong> memory, in NativeNgtcp2.ConnInfo info)
    {
        int found = -1;
        for (int i = 0; i + Words <= memory.Length; i++)
        {
            if (memory[i] == info.LatestRtt && IsStat(memory[i..], info))
            {
                if (found >= 0)
                {
                    return -1;
                }

                found = i;
            }
        }

        return found;
    }

    private void Tell(bool isFound)
    {
        int told = isFound ? 1 : 0;
        if (_logger is not null && Interlocked.Exchange(ref _told, told) != told)
        {
            QuicLog.WindowSought(_logger, isFound ? "found" : "not found");
        }
    }

    private static bool IsStat(ReadOnlySpan<ulong> words, in NativeNgtcp2.ConnInfo info) =>
        words[LatestRtt] == info.LatestRtt && words[MinRtt] == info.MinRtt
        && words[SmoothedRtt] == info.SmoothedRtt && words[RttVariance] == info.RttVariance
        && words[Window] == info.CongestionWindow && words[SlowStartThreshold] == info.SlowStartThreshold
        && words[BytesInFlight] == info.BytesInFlight;
}
