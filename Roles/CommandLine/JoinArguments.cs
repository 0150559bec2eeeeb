using System.CommandLine;
using System.Diagnostics.CodeAnalysis;
using Softlan.Roles.Shared;
using Softlan.Wire;
using Softlan.Wire.Control;

namespace Softlan.Roles.CommandLine;

/// <summary>The command line of <see cref="JoinOptions"/> and of the relay: one instance belongs to one command.</summary>
internal sealed class JoinArguments
{
    private static readonly ValueKind<string> HostName = ValueKinds.HostName(
        "Give the name in the relay's certificate, for example relay.example.org");

    private static readonly ValueKind<string> PlayerName = new(
        TryParsePlayerName,
        "a name",
        $"Use 1 to {PeerName.MaxLength} printable characters, for example anna");

    private static readonly ValueKind<int> DatagramLength = ValueKinds.Integer(
        "a datagram length", FrameLimits.MinMaxDatagramLength, FrameLimits.MaxDatagramLength, 1200);

    private readonly Option<CertificatePin?> _pin = SoftlanOption.OptionalValue(
        "--pin",
        ValueKinds.CertificatePin,
        "sha256:...",
        "The pin of the relay's certificate, which the relay prints when it starts. By default the system's CAs decide.");

    private readonly Option<string?> _caFile = SoftlanOption.Optional(
        "--relay-ca-cert",
        ValueKinds.Path,
        "file",
        "A file with the CA that signed the relay's certificate, PEM or DER, instead of the system's CAs.");

    private readonly Option<string?> _serverName = SoftlanOption.Optional(
        "--server-name",
        HostName,
        "name",
        "The name in the relay's certificate, if it is not the host of --relay.");

    private readonly Option<RoomCode> _room = SoftlanOption.Required(
        "--room",
        ValueKinds.RoomCode,
        "code",
        "The room to join. Case does not matter.");

    private readonly Option<string?> _name = SoftlanOption.Optional(
        "--name",
        PlayerName,
        "name",
        "What the others in the room see.");

    private readonly Option<int?> _datagramLimit = SoftlanOption.OptionalValue(
        "--datagram-limit",
        DatagramLength,
        "bytes",
        "The longest datagram to send, for paths where large packets get lost. By default softlan measures the path.");

    private readonly QuicArguments _quic = new();

    /// <param name="relayIsRequired">False where a profile can stand in for it.</param>
    public JoinArguments(bool relayIsRequired)
    {
        string description = $"The relay to connect to (default port {RelayAddress.DefaultPort}).";
        Relay = relayIsRequired
            ? SoftlanOption.Required("--relay", ValueKinds.RelayAddress, "host[:port]", description)
            : SoftlanOption.Optional(
                "--relay",
                ValueKinds.RelayAddress,
                "host[:port]",
                description + " By default the relay and the pin of the last successful join.")!;
    }

    /// <summary>Without a value only where it is not required.</summary>
    public Option<RelayAddress> Relay { get; }

    public void AddTo(Command command)
    {
        command.Add(Relay);
        command.Add(_pin);
        command.Add(_caFile);
        command.Add(_serverName);
        command.Add(_room);
        command.Add(_name);
        command.Add(_datagramLimit);
        _quic.AddTo(command);
        command.Validators.Add(result =>
        {
            if (result.Has(_pin) == true && result.Has(_caFile) == true)
            {
                result.AddError("--pin and --relay-ca-cert exclude each other. Give the one that the organiser sent, for example --pin sha256:...");
            }
        });
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
}
