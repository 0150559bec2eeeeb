using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Softlan.Wire;

namespace Softlan.Roles.CommandLine;

/// <summary>The kinds of values that options of more than one command take.</summary>
internal static class ValueKinds
{
    public static ValueKind<RelayAddress> RelayAddress { get; } = new(
        Softlan.Wire.RelayAddress.TryParse,
        "a relay address",
        "Give host or host:port, for example relay.example.org:443");

    public static ValueKind<RoomCode> RoomCode { get; } = new(
        Softlan.Wire.RoomCode.TryParse,
        "a room code",
        $"Use 1 to {Softlan.Wire.RoomCode.MaxLength} letters, digits, '-' or '_', for example LAN-2026");

    public static ValueKind<CertificatePin> CertificatePin { get; } = new(
        Softlan.Wire.CertificatePin.TryParse,
        "a certificate pin",
        "Give sha256: and the 43 characters that the relay prints when it starts, for example sha256:47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU");

    /// <summary>A MAC that a client may announce.</summary>
    public static ValueKind<MacAddress> ClientMac { get; } = new(
        TryParseClientMac,
        "a MAC address for a virtual card",
        "Use a unicast, locally administered one (second digit 2, 6, a or e), for example 02:00:5e:10:00:01");

    /// <summary>A path as the operating system takes it.</summary>
    public static ValueKind<string> Path { get; } = new(
        TryParsePath,
        "a path",
        "Give a file name, for example /etc/softlan/relay.pem");

    /// <summary>The same for one that leads to a directory.</summary>
    public static ValueKind<string> DirectoryPath { get; } = new(
        TryParsePath,
        "a path",
        "Give a directory name, for example /var/lib/softlan");

    /// <summary>An IP MTU that a room can have.</summary>
    public static ValueKind<int> Mtu { get; } = Integer(
        "an MTU", FrameLimits.MinMtu, FrameLimits.MaxMtu, FrameLimits.MaxMtu);

    /// <param name="name">With its article.</param>
    public static ValueKind<int> Integer(string name, int min, int max, int example) => new(
        (string text, out int value) =>
            int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value) && value >= min && value <= max,
        name,
        string.Create(CultureInfo.InvariantCulture, $"Give a whole number from {min} to {max}, for example {example}"));

    /// <summary>The name of an interface on Linux.</summary>
    public static ValueKind<string> InterfaceName(string name, string example) => new(
        (string text, [MaybeNullWhen(false)] out string value) =>
        {
            value = text;
            return Platform.Linux.InterfaceName.IsValid(text);
        },
        name,
        $"Use 1 to {Platform.Linux.InterfaceName.MaxLength} printable characters without spaces, for example {example}");

    /// <summary>Free text of a bounded length without control characters.</summary>
    public static ValueKind<string> Text(string name, int maxLength, string example) => new(
        (string text, [MaybeNullWhen(false)] out string value) =>
        {
            value = text;
            return text.Length >= 1 && text.Length <= maxLength && !text.Any(char.IsControl);
        },
        name,
        string.Create(CultureInfo.InvariantCulture, $"Use 1 to {maxLength} printable characters, for example {example}"));

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

    private static bool TryParseClientMac(string text, out MacAddress address) =>
        MacAddress.TryParse(text, out address) && address.IsValidClientAddress;

    private static bool TryParsePath(string text, out string path)
    {
        path = text;
        return text.Length > 0 && !text.Contains('\0', StringComparison.Ordinal);
    }
}
