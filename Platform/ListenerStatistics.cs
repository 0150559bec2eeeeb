namespace Softlan.Platform;

/// <summary>A snapshot of a listener.</summary>
/// <param name="Connected">Links that are up.</param>
/// <param name="HalfOpen">Handshakes under way.</param>
/// <param name="Accepted">Handshakes that were completed since the start.</param>
/// <param name="RefusedForLoad">Refused since the start, by <see cref="LinkQuota"/> or because too many others were under way.</param>
/// <param name="RetriesSent">Clients that had to show that they own their address.</param>
/// <param name="MalformedPackets">Packets that are not QUIC, come from port 0, or name an id of another shard.</param>
internal readonly record struct ListenerStatistics(
    int Connected, int HalfOpen, long Accepted, long RefusedForLoad, long RetriesSent, long MalformedPackets)
{
    /// <summary>Those of two listeners together.</summary>
    public ListenerStatistics Plus(ListenerStatistics other) => new(
        Connected + other.Connected,
        HalfOpen + other.HalfOpen,
        Accepted + other.Accepted,
        RefusedForLoad + other.RefusedForLoad,
        RetriesSent + other.RetriesSent,
        MalformedPackets + other.MalformedPackets);
}
