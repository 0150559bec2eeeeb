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

    /// <summary>What it has now, and what it has counted since the start. To be asked on the lane.</summary>
    ListenerStatistics Statistics { get; }
}
