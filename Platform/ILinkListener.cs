using System.Net;
using Softlan.Wire;

namespace Softlan.Platform;

/// <summary>A bound server socket with all its links. Disposing it closes every link without a word; close them first.</summary>
internal interface ILinkListener : IDisposable
{
    /// <summary>Where it is bound, the real port number included.</summary>
    IReadOnlyList<IPEndPoint> LocalEndPoints { get; }

    /// <summary>Uses another certificate for handshakes that begin from now on; connected links stay. Any thread may call it; throws
    /// <see cref="SoftlanException"/> when certificate and key cannot be used.</summary>
    void ReplaceCertificate(ServerCertificate certificate);

    /// <summary>Handshakes that were refused or left half-open since the start, and the number of links that are up. To be asked on the
    /// lane.</summary>
    ListenerStatistics Statistics { get; }
}
