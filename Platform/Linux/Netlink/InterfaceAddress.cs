using System.Net;

namespace Softlan.Platform.Linux.Netlink;

/// <summary>An IP address of an interface.</summary>
internal sealed record InterfaceAddress
{
    public required int InterfaceIndex { get; init; }

    public required IPAddress Address { get; init; }

    /// <summary>0 to 32 or 128. The kernel makes the on-link route of this prefix itself.</summary>
    public required int PrefixLength { get; init; }

    /// <summary>IPv4 only.</summary>
    public IPAddress? Broadcast { get; init; }

    /// <summary>Somebody configured it, or it is IPv6's own link-local one. One that is not came from a router's advertisement.</summary>
    public bool IsPermanent { get; init; }
}
