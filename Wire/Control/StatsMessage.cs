namespace Softlan.Wire.Control;

/// <summary>What a peer has counted since its start, and the round trip to the relay as it sees it (whole microseconds travel). Sent every 10
/// s.</summary>
internal sealed record StatsMessage(PeerCounters Counters, TimeSpan Rtt) : ControlMessage;
