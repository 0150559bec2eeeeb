using System.Globalization;
using Softlan.Platform;
using Softlan.Wire;

namespace Softlan.Roles.Shared;

/// <summary>The live line of a session: <c>relay 12 ms | gateway 25 ms | 3 peers | 5 dropped | in 1.2 Mbit/s | out 64 kbit/s</c>. What tells of
/// trouble stands first: a narrow terminal has no room for the rest.</summary>
/// <param name="hasGateway">Whether the way to a gateway is of interest: not to the gateway itself.</param>
/// <param name="portCounters">The port's counters, for its drops.</param>
/// <param name="expected">Drops that are no trouble and not shown.</param>
internal sealed class SessionStatus(ILane lane, RelaySession session, bool hasGateway, PeerCounters portCounters, params DropReason[] expected)
{
    /// <summary>From here on the round trip of before says nothing any more, and the line says instead how long there has been no answer. One comes
    /// each second; two may be lost on the way.</summary>
    public static readonly TimeSpan LongestSilence = TimeSpan.FromSeconds(3);

    private TimeSpan _at = lane.Now;
    private long _bytesIn;
    private long _bytesOut;

    /// <summary>Rates are averages since the call before.</summary>
    public string Describe()
    {
        PeerCounters counters = session.Counters;
        double seconds = Math.Max(0.001, (lane.Now - _at).TotalSeconds);
        string rates = $"in {BitRateOf((counters.BytesIn - _bytesIn) / seconds)} | out {BitRateOf((counters.BytesOut - _bytesOut) / seconds)}";
        _at = lane.Now;
        _bytesIn = counters.BytesIn;
        _bytesOut = counters.BytesOut;
        if (!session.IsJoined)
        {
            return "not connected to the relay";
        }

        string gateway = !hasGateway ? ""
            : session.Peers.Gateway is null ? " | no gateway"
            : $" | gateway {Time(session.GatewayRoundTrip, lane.Now)}";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"relay {Time(session.RelayRoundTrip, lane.Now)}{gateway} | {session.Peers.Count} {(session.Peers.Count == 1 ? "peer" : "peers")} | "
            + $"{Drops()} dropped | {rates}");
    }

    private long Drops()
    {
        long drops = session.Counters.TotalDropped + portCounters.TotalDropped;
        foreach (DropReason reason in expected)
        {
            drops -= session.Counters.Dropped(reason) + portCounters.Dropped(reason);
        }

        return drops;
    }

    private static string Time(RoundTrip roundTrip, TimeSpan now) => roundTrip switch
    {
        { IsKnown: false } => "?",
        _ when roundTrip.SilenceAt(now) >= LongestSilence =>
            string.Create(CultureInfo.InvariantCulture, $"silent for {Math.Floor(roundTrip.SilenceAt(now).TotalSeconds):0} s"),
        { Smoothed.TotalMilliseconds: < 10 } => string.Create(CultureInfo.InvariantCulture, $"{roundTrip.Smoothed.TotalMilliseconds:0.0} ms"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{roundTrip.Smoothed.TotalMilliseconds:0} ms"),
    };

    private static string BitRateOf(double bytesPerSecond) => (bytesPerSecond * 8) switch
    {
        >= 999.5e6 and double bits => string.Create(CultureInfo.InvariantCulture, $"{bits / 1e9:0.0} Gbit/s"),
        >= 999.5e3 and double bits => string.Create(CultureInfo.InvariantCulture, $"{bits / 1e6:0.0} Mbit/s"),
        double bits => string.Create(CultureInfo.InvariantCulture, $"{bits / 1e3:0} kbit/s"),
    };
}
