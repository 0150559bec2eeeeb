using Softlan.Wire;

namespace Softlan.Platform;

/// <summary>Whom a connecting side trusts. Exactly one of the two is set, or neither: then it is the system's CAs and the server name.</summary>
internal sealed record LinkTrust(CertificatePin? Pin, string? CaFile)
{
    public static LinkTrust System { get; } = new(null, null);
}
