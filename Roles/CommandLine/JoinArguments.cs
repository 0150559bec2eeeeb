using System.CommandLine;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Softlan.Roles.Shared;
using Softlan.Wire;
using Softlan.Wire.Control;

namespace Softlan.Roles.CommandLine;

/// <summary>The command line of <see cref="JoinOptions"/> and of the relay: one instance belongs to one command.</summary>
internal sealed class JoinArguments
{
    private const string SystemDecides = "the system's CAs decide";

    private static readonly ValueKind<string> HostName = ValueKinds.HostName(
        "Give the name in the relay's certificate, for example relay.example.org");

    private static readonly ValueKind<string> PlayerName = ValueKinds.Of<string>(
        TryParsePlayerName,
        "a name",
        $"1 to {PeerName.MaxLength} printable characters",
        "anna",
        ExplainPlayerName);

    private static readonly ValueKind<int> DatagramLength = ValueKinds.Integer(
        "a datagram length", FrameLimits.MinMaxDatagramLength, FrameLimits.MaxDatagramLength, "bytes", 1200);

    private readonly Option<CertificatePin?> _pin;

    private readonly Option<string?> _caFile;

    private readonly Option<string?> _serverName;

    private readonly Option<RoomCode> _room = SoftlanOption.Required(
        "--room",
        ValueKinds.RoomCode,
        "code",
        "The room to join. Case does not matter.");

    private readonly Option<string?> _name;

    private readonly Option<int?> _datagramLimit = SoftlanOption.OptionalValue(
        "--datagram-limit",
        DatagramLength,
        "bytes",
        "The longest datagram to send and to receive, for paths where large packets get lost.",
        "measured");

    private readonly QuicArguments _quic = new();

    /// <param name="relayIsRequired">False where a profile can stand in for it.</param>
    public JoinArguments(bool relayIsRequired)
    {
        string description = $"The relay to connect to; without a port {RelayAddress.DefaultPort}. "
            + "An IPv6 address with a port stands in brackets: [2001:db8::1]:4433.";
        Relay = relayIsRequired
            ? SoftlanOption.Required("--relay", ValueKinds.RelayAddress, "host[:port]", description)
            : SoftlanOption.Optional("--relay", ValueKinds.RelayAddress, "host[:port]", description, "the one where the room was last joined")!;
        string remembered = relayIsRequired ? "" : " After the first join it is remembered with the relay and the room.";
        _pin = SoftlanOption.OptionalValue(
            "--pin",
            ValueKinds.CertificatePin,
            "sha256:...",
            "The pin of the relay's certificate, which the relay prints when it starts." + remembered,
            SystemDecides);
        _caFile = SoftlanOption.Optional(
            "--relay-ca-cert",
            ValueKinds.Path,
            "file",
            "Instead of --pin: a file with the CA that signed the relay's certificate, PEM or DER." + remembered,
            SystemDecides);
        _serverName = SoftlanOption.Optional(
            "--server-name",
            HostName,
            "name",
            "The name in the relay's certificate, if that is not the host of --relay." + remembered,
            "the host of --relay");
        _name = SoftlanOption.Optional("--name", PlayerName, "name", "What the others in the room see." + remembered, "none");
    }

    /// <summary>Without a value only where it is not required.</summary>
    public Option<RelayAddress> Relay { get; }

    /// <param name="command">Where they are added, in the order of the help: what everybody needs comes first.</param>
    /// <param name="own">The command's own, which stand before those that few need.</param>
    public void AddTo(SoftlanCommand command, params Option[] own)
    {
        command.Add(Relay);
        command.Add(_pin);
        command.Add(_room);
        foreach (Option option in own)
        {
            command.Add(option);
        }

        command.Add(_name);
        command.Add(_caFile);
        command.Add(_serverName);
        command.Add(_datagramLimit);
        _quic.AddTo(command);
        command.AddRule(result => result.Has(_pin) == true && result.Has(_caFile) == true
            ? $"{result.NameOf(_pin)} and {result.NameOf(_caFile)} exclude each other. "
                + "Give the one that the organiser sent, for example --pin sha256:..."
            : null);
    }

    public JoinOptions Read(ParseResult parsed) => new()
    {
        Pin = parsed.GetValue(_pin),
        CaFile = parsed.GetValue(_caFile),
        ServerName = parsed.GetValue(_serverName),
        Room = parsed.GetValue(_room),
        Name = parsed.GetValue(_name) ?? "",
        DatagramLimit = parsed.GetValue(_datagramLimit),
        Quic = _quic.Read(parsed),
    };

    private static bool TryParsePlayerName(string text, [MaybeNullWhen(false)] out string name)
    {
        name = text;
        return text.Length > 0 && PeerName.IsValid(text);
    }

    private static string? ExplainPlayerName(string text)
    {
        int length = text.EnumerateRunes().Count();
        return CopyMistakes.WrongCharacter(text, PrintableText.IsPrintable)
            ?? (length > PeerName.MaxLength ? string.Create(CultureInfo.InvariantCulture, $"it has {length} characters, at most {PeerName.MaxLength}")
            : PeerName.IsBlank(text) ? "it shows nothing"
            : PeerName.IsReserved(text) ? "others would take you for the gateway"
            : null);
    }
}
