using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using Softlan.Wire;

namespace Softlan.Roles.CommandLine;

/// <summary>The kinds of values that options of more than one command take.</summary>
internal static class ValueKinds
{
    /// <summary>The longest name in DNS, as text (RFC 1035, section 2.3.4, without the root's dot).</summary>
    public const int MaxHostNameLength = 253;

    /// <summary>As the relay makes them: whoever copies its form has one that nobody guesses.</summary>
    private const string ExampleRoom = "7kq2-m9tx-w4hb";

    public static ValueKind<RelayAddress> RelayAddress { get; } = new(
        (string text, [MaybeNullWhen(false)] out RelayAddress value) =>
            Softlan.Wire.RelayAddress.TryParse(text, out value) && !IsUnknownHost(text),
        "a relay address",
        "Give host or host:port, for example relay.example.org:443",
        Explain: text => IsUnknownHost(text)
            ? $"{Softlan.Wire.RelayAddress.UnknownHost} stands for the relay's name or address; ask the organiser for it"
            : null);

    /// <summary>The protocol lets a code begin and end with a hyphen. Nobody makes such a one: it is what a line break has left of another.</summary>
    public static ValueKind<RoomCode> RoomCode { get; } = Of(
        (string text, out RoomCode room) => Softlan.Wire.RoomCode.TryParse(text, out room) && !room.LooksCutOff,
        "a room code",
        $"1 to {Softlan.Wire.RoomCode.MaxLength} letters, digits, '-' or '_'",
        ExampleRoom,
        CopiedCodes.ExplainRoom) with
    {
        WhereMissing = $"Give the code in the join command that the relay prints, for example {ExampleRoom}",
    };

    public static ValueKind<CertificatePin> CertificatePin { get; } = new(
        Softlan.Wire.CertificatePin.TryParse,
        "a certificate pin",
        "Give sha256: and the 43 characters that the relay prints when it starts, for example sha256:47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU",
        Explain: CopiedCodes.ExplainPin);

    /// <summary>A MAC that a client may announce.</summary>
    public static ValueKind<MacAddress> ClientMac { get; } = Of<MacAddress>(
        TryParseClientMac,
        "a MAC address for a virtual card",
        "a unicast, locally administered one (second digit 2, 6, a or e)",
        "02:00:5e:10:00:01");

    /// <summary>A path as the operating system takes it.</summary>
    public static ValueKind<string> Path { get; } = new(
        TryParsePath,
        "a path",
        "Give a file name, for example /etc/softlan/relay.pem");

    /// <summary>The same for one that leads to a directory.</summary>
    /// <remarks>Made absolute: programs that softlan starts, and a later softlan that cleans up, may be somewhere else.</remarks>
    public static ValueKind<string> DirectoryPath { get; } = new(
        TryParseDirectory,
        "a path",
        "Give a directory name, for example /var/lib/softlan");

    /// <summary>An IP MTU that a room can have.</summary>
    public static ValueKind<int> Mtu { get; } = Integer(
        "an MTU", FrameLimits.MinMtu, FrameLimits.MaxMtu, "bytes", FrameLimits.MaxMtu);

    /// <param name="tryParse">Reads it.</param>
    /// <param name="name">With its article.</param>
    /// <param name="takes">See <see cref="ValueKind{T}.Takes"/>; the advice says the same.</param>
    /// <param name="example">A right value.</param>
    /// <param name="explain">See <see cref="ValueKind{T}.Explain"/>.</param>
    public static ValueKind<T> Of<T>(
        TryParseValue<T> tryParse, string name, string takes, string example, Func<string, string?>? explain = null) =>
        new(tryParse, name, $"Use {takes}, for example {example}", takes, explain);

    /// <summary>A name or address that a certificate can be for; an IPv6 address loses its brackets. A longer one than
    /// <see cref="MaxHostNameLength"/> is refused.</summary>
    /// <param name="advice">Whose name it is, with an example.</param>
    public static ValueKind<string> HostName(string advice) => new(
        (string text, [MaybeNullWhen(false)] out string value) =>
        {
            value = WithoutBrackets(text);
            return value.Length <= MaxHostNameLength && Uri.CheckHostName(value) is not UriHostNameType.Unknown && !IsAnyAddress(value);
        },
        "a host name",
        advice,
        Explain: text => IsAnyAddress(WithoutBrackets(text)) ? "it stands for all addresses of a machine, and nobody can reach it" : null);

    /// <param name="name">With its article.</param>
    /// <param name="min">The smallest that is accepted.</param>
    /// <param name="max">The largest that is accepted.</param>
    /// <param name="unit">What is counted, in the plural.</param>
    /// <param name="example">A right value.</param>
    public static ValueKind<int> Integer(string name, int min, int max, string unit, int example) => new(
        (string text, out int value) =>
            int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value) && value >= min && value <= max,
        name,
        string.Create(CultureInfo.InvariantCulture, $"Give a whole number from {min} to {max}, for example {example}"),
        string.Create(CultureInfo.InvariantCulture, $"{min} to {max} {unit}"));

    /// <summary>Free text of a bounded length without control characters.</summary>
    public static ValueKind<string> Text(string name, int maxLength, string example) => Of(
        (string text, [MaybeNullWhen(false)] out string value) =>
        {
            value = text;
            return text.Length >= 1 && text.Length <= maxLength && !text.Any(char.IsControl);
        },
        name,
        string.Create(CultureInfo.InvariantCulture, $"1 to {maxLength} printable characters"),
        example);

    /// <summary>One word out of a few, compared without case.</summary>
    public static ValueKind<T> OneOf<T>(string name, params (string Word, T Value)[] choices) => new(
        (string text, [MaybeNullWhen(false)] out T value) =>
        {
            foreach ((string word, T choice) in choices)
            {
                if (string.Equals(word, text, StringComparison.OrdinalIgnoreCase))
                {
                    value = choice;
                    return true;
                }
            }

            value = default;
            return false;
        },
        name,
        $"Use one of {string.Join(", ", choices.Select(choice => choice.Word))}");

    private static bool IsUnknownHost(string text) =>
        text == Softlan.Wire.RelayAddress.UnknownHost || text.StartsWith($"{Softlan.Wire.RelayAddress.UnknownHost}:", StringComparison.Ordinal);

    private static string WithoutBrackets(string host) =>
        host is ['[', .., ']'] && AddressText.TryParseIPv6(host[1..^1], out _) ? host[1..^1] : host;

    private static bool IsAnyAddress(string host) =>
        IPAddress.TryParse(host, out IPAddress? address) && (address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any));

    private static bool TryParseClientMac(string text, out MacAddress address) =>
        MacAddress.TryParse(text, out address) && address.IsValidClientAddress;

    private static bool TryParsePath(string text, out string path)
    {
        path = text;
        return text.Length > 0 && !text.Contains('\0', StringComparison.Ordinal);
    }

    private static bool TryParseDirectory(string text, out string path)
    {
        bool isPath = TryParsePath(text, out path);
        path = isPath ? System.IO.Path.GetFullPath(text) : text;
        return isPath;
    }
}
