using System.Diagnostics.CodeAnalysis;

namespace Softlan.Wire;

/// <summary>Where a relay can be reached. Holding one means that it has been checked.</summary>
internal sealed record RelayAddress(string Host, int Port)
{
    public const int DefaultPort = 443;

    /// <summary>Accepts <c>host</c>, <c>host:port</c>, <c>192.0.2.1:port</c>, <c>[2001:db8::1]</c>, <c>[2001:db8::1]:port</c> and a bare IPv6 address.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, [NotNullWhen(true)] out RelayAddress? address)
    {
        address = null;
        if (string.IsNullOrEmpty(text))
        {
            return false;
        }

        if (text.Count(c => c == ':') > 1 && text[0] != '[')
        {
            text = $"[{text}]";
        }

        // Uri knows the corner cases of host:port, brackets around IPv6 included.
        bool valid = Uri.TryCreate($"softlan://{text}", UriKind.Absolute, out Uri? uri)
            && uri.Host.Length > 0
            && uri.HostNameType is UriHostNameType.Dns or UriHostNameType.IPv4 or UriHostNameType.IPv6
            && uri is { UserInfo: "", PathAndQuery: "" or "/", Fragment: "", Port: not 0 };
        if (valid)
        {
            address = new RelayAddress(uri!.DnsSafeHost, uri.IsDefaultPort ? DefaultPort : uri.Port);
        }

        return valid;
    }

    public override string ToString() => Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]:{Port}" : $"{Host}:{Port}";
}
