using Softlan.Wire;

namespace Softlan.Platform;

/// <summary>What can be wrong with the certificate of a relay, in words of our own, since what helps depends on it: each TLS library has others, and
/// Windows' depend on its language.</summary>
internal static class TrustFaults
{
    /// <summary>The relay's certificate, or one of its authorities'.</summary>
    public const string Expired = "it has expired";

    /// <summary>By this machine's clock.</summary>
    public const string NotYetValid = "it is not valid yet";

    public const string OtherName = "the name in the certificate does not match the expected";

    /// <param name="serverName">Whose certificate it should be.</param>
    /// <param name="faults">All of them, the above among them.</param>
    /// <returns>One sentence without a full stop.</returns>
    public static string Describe(string serverName, IEnumerable<string> faults) =>
        $"the relay's certificate is not valid for '{serverName}': {string.Join("; ", faults)}";

    /// <summary>Whether this is all that is wrong.</summary>
    /// <param name="description">What <see cref="Describe"/> made.</param>
    /// <param name="fault">One of the above.</param>
    public static bool IsOnly(string description, string fault) => description.EndsWith($"': {fault}", StringComparison.Ordinal);

    /// <summary>With it there is nothing to judge. One sentence without a full stop, as are those below.</summary>
    public const string NoCertificate = "the relay showed no certificate";

    /// <param name="reason">What the TLS library says, without a full stop.</param>
    public static string Unreadable(string reason) => $"the relay's certificate cannot be read: {reason}";

    public static string OtherPin(CertificatePin actual, CertificatePin expected) => $"the relay's pin is {actual}, but {expected} was expected";
}
