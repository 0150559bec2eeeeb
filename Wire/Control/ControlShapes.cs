using static Softlan.Wire.Control.MessageShapes;

namespace Softlan.Wire.Control;

/// <summary>Between the JSON shapes, in which everything may be missing, and the messages, in which everything has been checked.</summary>
internal static class ControlShapes
{
    /// <summary>A round trip longer than this is no measurement; in microseconds: one hour.</summary>
    private const long MaxRtt = 3_600_000_000;

    public static HelloShape From(HelloMessage hello) => new()
    {
        Type = "hello",
        Version = hello.Version,
        Role = KebabCase<PeerRole>.ToText(hello.Role),
        Room = hello.Room.ToString(),
        Mac = hello.Role == PeerRole.Client ? hello.Mac.ToString() : null,
        Name = hello.Name.Length == 0 ? null : PrintableText.Clean(hello.Name, PeerName.MaxLength),
        Mtu = hello.Mtu,
        MaxDatagram = hello.MaxDatagram,
        Resume = hello.Resume,
        Software = PrintableText.Clean(hello.Software, ControlCodec.MaxSoftwareLength),
    };

    public static HelloMessage Check(HelloShape hello, MemberChecks checks)
    {
        PeerRole role = checks.Name<PeerRole>(hello.Role, "role");
        return new HelloMessage
        {
            Version = checks.Number(hello.Version, "version", HelloMessage.CurrentVersion, HelloMessage.CurrentVersion),
            Role = role,
            Room = checks.Room(hello.Room),
            Mac = role == PeerRole.Client ? checks.Mac(hello.Mac) : MacAddress.Zero,
            Name = checks.PeersName(hello.Name),
            Mtu = checks.Number(hello.Mtu ?? FrameLimits.MaxMtu, "mtu", 1, ushort.MaxValue),
            MaxDatagram = checks.Number(hello.MaxDatagram, "maxDatagram", FrameLimits.MinMaxDatagramLength, ushort.MaxValue),
            Resume = hello.Resume is null ? null : checks.Token(hello.Resume, "resume"),
            Software = checks.Text(hello.Software, "software", ControlCodec.MaxSoftwareLength),
        };
    }

    public static WelcomeShape FromWithoutPeers(WelcomeMessage welcome) => new()
    {
        Type = "welcome",
        Peer = welcome.Peer,
        Room = welcome.Room.ToString(),
        Mtu = welcome.Mtu,
        Resume = welcome.Resume,
        Peers = [],
    };

    public static WelcomeMessage Check(WelcomeShape welcome, MemberChecks checks)
    {
        if (welcome.Peers is null)
        {
            checks.Missing("peers");
        }

        return new WelcomeMessage(
            checks.PeerId(welcome.Peer, "peer"),
            checks.Room(welcome.Room),
            checks.Number(welcome.Mtu, "mtu", FrameLimits.MinMtu, FrameLimits.MaxMtu),
            checks.Token(welcome.Resume, "resume"),
            [.. (welcome.Peers ?? []).Select(peer => Check(peer, checks))]);
    }

    public static ReasonShape From(RejectMessage reject) =>
        new()
        {
            Type = "reject",
            Reason = KebabCase<RejectReason>.ToText(reject.Reason),
            Text = PrintableText.Clean(reject.Text, ControlCodec.MaxTextLength),
        };

    public static RejectMessage CheckReject(ReasonShape reject, MemberChecks checks) =>
        new(checks.Name<RejectReason>(reject.Reason, "reason"), checks.Text(reject.Text, "text", ControlCodec.MaxTextLength));

    public static JoinedShape FromJoined(PeerInfo peer) => new() { Type = "joined", Peer = From(peer) };

    public static JoinedMessage Check(JoinedShape joined, MemberChecks checks) => new(Check(joined.Peer, checks));

    public static LeftShape From(LeftMessage left) => new() { Type = "left", Id = left.Id, Reason = KebabCase<CloseReason>.ToText(left.Reason) };

    public static LeftMessage Check(LeftShape left, MemberChecks checks) =>
        new(checks.PeerId(left.Id, "id"), checks.Name<CloseReason>(left.Reason, "reason"));

    public static OutsideShape From(OutsideMessage outside) =>
        new() { Type = "outside", Id = outside.Id, Mac = outside.Mac.ToString(), Outside = outside.IsOutside };

    public static OutsideMessage Check(OutsideShape outside, MemberChecks checks) =>
        new(checks.PeerId(outside.Id, "id"), checks.Mac(outside.Mac), checks.Flag(outside.Outside, "outside"));

    public static LanShape From(LanMessage lan) => new() { Type = "lan", Connected = lan.IsConnected };

    public static LanMessage Check(LanShape lan, MemberChecks checks) => new(checks.Flag(lan.Connected, "connected"));

    public static StatsShape From(StatsMessage stats)
    {
        PeerCounters counters = stats.Counters;
        return new StatsShape
        {
            Type = "stats",
            Rtt = Math.Clamp((long)stats.Rtt.TotalMicroseconds, 0, MaxRtt),
            FramesIn = counters.FramesIn,
            BytesIn = counters.BytesIn,
            FramesOut = counters.FramesOut,
            BytesOut = counters.BytesOut,
            BroadcastIn = counters.BroadcastIn,
            BroadcastOut = counters.BroadcastOut,
            DatagramsIn = counters.DatagramsIn,
            DatagramsOut = counters.DatagramsOut,
            SplitFrames = counters.SplitFrames,
            ReassembledFrames = counters.ReassembledFrames,
            Drops = [.. Enum.GetValues<DropReason>().Select(counters.Dropped)],
        };
    }

    public static StatsMessage Check(StatsShape stats, MemberChecks checks)
    {
        PeerCounters counters = new()
        {
            FramesIn = Count(stats.FramesIn, "framesIn"),
            BytesIn = Count(stats.BytesIn, "bytesIn"),
            FramesOut = Count(stats.FramesOut, "framesOut"),
            BytesOut = Count(stats.BytesOut, "bytesOut"),
            BroadcastIn = Count(stats.BroadcastIn, "broadcastIn"),
            BroadcastOut = Count(stats.BroadcastOut, "broadcastOut"),
            DatagramsIn = Count(stats.DatagramsIn, "datagramsIn"),
            DatagramsOut = Count(stats.DatagramsOut, "datagramsOut"),
            SplitFrames = Count(stats.SplitFrames, "splitFrames"),
            ReassembledFrames = Count(stats.ReassembledFrames, "reassembledFrames"),
        };

        if (stats.Drops is null)
        {
            checks.Missing("drops");
        }

        long[] drops = stats.Drops ?? [];
        for (int reason = 0; reason < drops.Length; reason++)
        {
            counters.Drop((DropReason)reason, Count(drops[reason], "drops"));
        }

        return new StatsMessage(counters, TimeSpan.FromMicroseconds(checks.Number(stats.Rtt, "rtt", 0, MaxRtt)));

        long Count(long? value, string member) => checks.Number(value, member, 0, long.MaxValue);
    }

    public static ReasonShape From(ByeMessage bye) =>
        new() { Type = "bye", Reason = KebabCase<CloseReason>.ToText(bye.Reason), Text = PrintableText.Clean(bye.Text, ControlCodec.MaxTextLength) };

    public static ByeMessage CheckBye(ReasonShape bye, MemberChecks checks) =>
        new(checks.Name<CloseReason>(bye.Reason, "reason"), checks.Text(bye.Text, "text", ControlCodec.MaxTextLength));

    private static PeerShape From(PeerInfo peer) => new()
    {
        Id = peer.Id,
        Role = KebabCase<PeerRole>.ToText(peer.Role),
        Mac = peer.Role == PeerRole.Client ? peer.Mac.ToString() : null,
        Name = PrintableText.Clean(peer.Name, PeerName.MaxLength),
    };

    private static PeerInfo Check(PeerShape? peer, MemberChecks checks)
    {
        if (peer is null)
        {
            checks.Missing("peer");
            return new PeerInfo(0, default, default, "");
        }

        PeerRole role = checks.Name<PeerRole>(peer.Role, "role");
        return new PeerInfo(
            checks.PeerId(peer.Id, "id"),
            role,
            role == PeerRole.Client ? checks.Mac(peer.Mac) : MacAddress.Zero,
            checks.PeersName(peer.Name));
    }
}
