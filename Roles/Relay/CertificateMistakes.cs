using Softlan.Platform;
using Softlan.Roles.Shared;
using Softlan.Wire;

namespace Softlan.Roles.Relay;

/// <summary>Says which of the two files of a certificate that the engine refused is the bad one.</summary>
internal static class CertificateMistakes
{
    /// <returns>Null: from outside nothing is wrong with them, and the engine's words are the best there are.</returns>
    public static SoftlanException? Find(ServerCertificate certificate, CertificateFiles files)
    {
        if (PemText.FaultOf(certificate.ChainPem, PemText.Certificate) is { } chainFault)
        {
            bool isSwapped = PemText.Has(certificate.ChainPem, PemText.PrivateKey) && PemText.Has(certificate.KeyPem, PemText.Certificate)
                && !PemText.Has(certificate.ChainPem, PemText.Certificate);
            return isSwapped
                ? SoftlanException.Create(
                    $"Cannot use '{files.Chain}' as --cert and '{files.Key}' as --key",
                    "the first holds a private key, and the second a certificate",
                    "swap them")
                : SoftlanException.Create(
                    $"Cannot use '{files.Chain}'", chainFault, "--cert takes the certificate chain in PEM, the server's own certificate first");
        }

        return PemText.FaultOf(certificate.KeyPem, PemText.PrivateKey) is { } keyFault
            ? SoftlanException.Create($"Cannot use '{files.Key}'", keyFault, "--key takes the private key of --cert, in PEM")
            : null;
    }
}
