using System.Text.Json.Serialization;

namespace Softlan.Wire.Control;

/// <summary>What the JSON of each control message looks like. Every member is nullable, so that a missing one can be told by name.</summary>
internal static class MessageShapes
{
    internal record TypeShape
    {
        [JsonPropertyOrder(-2)]
        public string? Type { get; init; }
    }

    /// <summary>Read alone first: the hello of another version may look different in everything else.</summary>
    internal record VersionShape : TypeShape
    {
        [JsonPropertyOrder(-1)]
        public int? Version { get; init; }
    }

    internal sealed record HelloShape : VersionShape
    {
        public string? Role { get; init; }
        public string? Room { get; init; }
        public string? Mac { get; init; }
        public string? Name { get; init; }
        public int? Mtu { get; init; }
        public int? MaxDatagram { get; init; }
        public string? Resume { get; init; }
        public string? Software { get; init; }
    }

    internal sealed record PeerShape
    {
        public int? Id { get; init; }
        public string? Role { get; init; }
        public string? Mac { get; init; }
        public string? Name { get; init; }
    }

    internal sealed record WelcomeShape : TypeShape
    {
        public int? Peer { get; init; }
        public string? Room { get; init; }
        public int? Mtu { get; init; }
        public string? Resume { get; init; }
        public PeerShape?[]? Peers { get; init; }
    }

    /// <summary>Both <c>reject</c> and <c>bye</c>.</summary>
    internal sealed record ReasonShape : TypeShape
    {
        public string? Reason { get; init; }
        public string? Text { get; init; }
    }

    internal sealed record JoinedShape : TypeShape
    {
        public PeerShape? Peer { get; init; }
    }

    internal sealed record LeftShape : TypeShape
    {
        public int? Id { get; init; }
        public string? Reason { get; init; }
    }

    internal sealed record OutsideShape : TypeShape
    {
        public int? Id { get; init; }
        public string? Mac { get; init; }
        public bool? Outside { get; init; }
    }

    internal sealed record LanShape : TypeShape
    {
        public bool? Connected { get; init; }
    }

    internal sealed record StatsShape : TypeShape
    {
        /// <summary>Microseconds.</summary>
        public long? Rtt { get; init; }
        public long? FramesIn { get; init; }
        public long? BytesIn { get; init; }
        public long? FramesOut { get; init; }
        public long? BytesOut { get; init; }
        public long? BroadcastIn { get; init; }
        public long? BroadcastOut { get; init; }
        public long? DatagramsIn { get; init; }
        public long? DatagramsOut { get; init; }
        public long? SplitFrames { get; init; }
        public long? ReassembledFrames { get; init; }

        /// <summary>A place for each <see cref="DropReason"/>.</summary>
        [JsonConverter(typeof(DropCountsConverter))]
        public long[]? Drops { get; init; }
    }
}
