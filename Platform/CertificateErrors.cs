using Softlan.Wire;

namespace Softlan.Platform;

/// <summary>What can be wrong with this side's own certificate, or with the authorities that it goes by, in the same words whichever TLS library
/// notices.</summary>
internal static class CertificateErrors
{
    /// <summary>How such an error begins.</summary>
    /// <param name="origin">What to call certificate and key, for example the files' names.</param>
    public static string CannotUse(string origin) => $"Cannot use the certificate and key of {origin}";

    public static SoftlanException OtherKey(string origin) => SoftlanException.Create(
        CannotUse(origin), "the private key does not belong to the certificate", "give the key with which that certificate was requested");

    /// <param name="reason">What the TLS library says.</param>
    public static SoftlanException NotPem(string origin, string reason) => SoftlanException.Create(
        CannotUse(origin), reason, "both must be PEM, the certificate chain with the server's own certificate first");

    public static SoftlanException NoAuthorities() => SoftlanException.Create(
        "Cannot check the relay's certificate",
        "this system has no certificate authorities",
        "give the relay's --pin, which its operator sees at start-up, or install the ca-certificates package");
}
