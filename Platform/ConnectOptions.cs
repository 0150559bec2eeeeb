using System.Net;

namespace Softlan.Platform;

internal sealed record ConnectOptions
{
    public required IPEndPoint RemoteEndPoint { get; init; }

    /// <summary>Sent as SNI when it is a name, and checked against the certificate unless a pin decides.</summary>
    public required string ServerName { get; init; }

    public required LinkTrust Trust { get; init; }

    /// <summary>Caps <see cref="IFrameLink.MaxDatagramLength"/> for odd paths; null: no cap.</summary>
    public int? DatagramLimit { get; init; }

    /// <summary>A number that all who should meet at the server have in common. Where a server runs several lanes, it brings their links to the same
    /// one.</summary>
    public byte? Affinity { get; init; }
}
