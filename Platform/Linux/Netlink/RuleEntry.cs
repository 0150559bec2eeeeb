using System.Net;

namespace Softlan.Platform.Linux.Netlink;

/// <summary>A policy rule: what comes from one IPv4 address is looked up in a table before the main one is asked.</summary>
internal sealed record RuleEntry
{
    /// <summary>The only source that it is for.</summary>
    public required IPAddress Source { get; init; }

    public required uint Table { get; init; }

    /// <summary>Its place among the rules; the lower is asked first. The local table has 0, the main one 32766.</summary>
    public required uint Priority { get; init; }

    /// <summary>Who made it, numbered as for routes.</summary>
    public byte Protocol { get; init; } = RouteEntry.SoftlanProtocol;
}
