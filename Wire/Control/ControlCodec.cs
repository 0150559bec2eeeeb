using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Softlan.Wire.Control;

/// <summary>Control messages to JSON and back (protocol.md, section 2). What it returns has been checked; what it writes it also reads.</summary>
internal static class ControlCodec
{
    /// <summary>The longest message in bytes; a longer one closes the connection.</summary>
    public const int MaxMessageLength = 65536;

    /// <summary>The longest message that a relay takes from a peer, in bytes; a longer one ends the peer's link. The longest that softlan sends is a
    /// bye whose text is of twelve bytes of JSON a character, 3 KiB; a hello has half of that. Reading one costs some times its length, and whoever
    /// is not in a room yet may send it, too.</summary>
    public const int MaxMessageFromPeer = 4096;

    /// <summary>Characters in a resume token.</summary>
    public const int MaxTokenLength = 128;

    /// <summary>Characters in the text of a reject or bye. <see cref="Write"/> cuts what is longer.</summary>
    public const int MaxTextLength = 256;

    /// <summary>Characters in a hello's <c>software</c>. <see cref="Write"/> cuts what is longer.</summary>
    public const int MaxSoftwareLength = 64;

    /// <summary>Peers that one welcome lists: with the longest names (twelve bytes of JSON a character) they still fit
    /// <see cref="MaxMessageLength"/>. A relay tells of further ones with joined messages.</summary>
    public const int MaxPeersInWelcome = 128;

    private static readonly ControlJson Json = ControlJson.CreateBounded();

    private static readonly System.Buffers.SearchValues<char> TokenAlphabet =
        System.Buffers.SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_+/=.");

    public static bool IsToken(string text) => text.Length is >= 1 and <= MaxTokenLength && !text.AsSpan().ContainsAnyExcept(TokenAlphabet);

    /// <summary>Reads one message. A message of a type that is not known here is an <see cref="UnknownMessage"/>; anything else that is not within
    /// the protocol is an error.</summary>
    /// <param name="json">Without the length prefix.</param>
    /// <param name="message">The message, when true is returned.</param>
    /// <param name="error">What is wrong with it, for a log, when false is returned; without a full stop.</param>
    public static bool TryParse(ReadOnlySpan<byte> json, [NotNullWhen(true)] out ControlMessage? message, [NotNullWhen(false)] out string? error)
    {
        message = null;
        if (json.Length > MaxMessageLength)
        {
            error = $"The message has {json.Length} bytes; {MaxMessageLength} are allowed";
            return false;
        }

        try
        {
            string? type = Read(json, Json.TypeShape).Type;
            if (type is null)
            {
                error = "The message has no 'type'";
                return false;
            }

            MemberChecks checks = new(type);
            ControlMessage parsed = Parse(json, type, checks);
            error = checks.Error;
            message = error is null ? parsed : null;
            return error is null;
        }
        catch (Exception invalid) when (invalid is JsonException or InvalidOperationException)
        {
            // InvalidOperationException: a string whose escapes make no valid UTF-16. The exception's own text quotes the input, so it is not
            // repeated.
            error = "The message is not a JSON object of the expected shape";
            return false;
        }
    }

    /// <summary>Writes one message, without the length prefix. The bytes are not to be changed.</summary>
    /// <exception cref="ArgumentException">The message is an <see cref="UnknownMessage"/> or longer than <see cref="MaxMessageLength"/>.</exception>
    public static byte[] Write(ControlMessage message)
    {
        byte[] json = message switch
        {
            HelloMessage hello => JsonSerializer.SerializeToUtf8Bytes(ControlShapes.From(hello), Json.HelloShape),
            WelcomeMessage welcome => WriteWelcome(welcome),
            RejectMessage reject => JsonSerializer.SerializeToUtf8Bytes(ControlShapes.From(reject), Json.ReasonShape),
            JoinedMessage joined => joined.Peer.Joined,
            LeftMessage left => JsonSerializer.SerializeToUtf8Bytes(ControlShapes.From(left), Json.LeftShape),
            OutsideMessage outside => JsonSerializer.SerializeToUtf8Bytes(ControlShapes.From(outside), Json.OutsideShape),
            LanMessage lan => JsonSerializer.SerializeToUtf8Bytes(ControlShapes.From(lan), Json.LanShape),
            StatsMessage stats => JsonSerializer.SerializeToUtf8Bytes(ControlShapes.From(stats), Json.StatsShape),
            ByeMessage bye => JsonSerializer.SerializeToUtf8Bytes(ControlShapes.From(bye), Json.ReasonShape),
            _ => throw new ArgumentException($"{message.GetType().Name} cannot be sent.", nameof(message)),
        };

        return json.Length <= MaxMessageLength
            ? json
            : throw new ArgumentException($"{message.GetType().Name} has {json.Length} bytes; {MaxMessageLength} are allowed.", nameof(message));
    }

    /// <summary>For <see cref="PeerInfo.Joined"/>.</summary>
    public static byte[] WriteJoined(PeerInfo peer) => JsonSerializer.SerializeToUtf8Bytes(ControlShapes.FromJoined(peer), Json.JoinedShape);

    /// <summary>The peers as they stand in their joined messages, put between what the serializer makes of all else: a welcome to a room of hundreds
    /// must not hold up their frames.</summary>
    private static byte[] WriteWelcome(WelcomeMessage welcome)
    {
        ReadOnlySpan<byte> end = "]}"u8;
        ReadOnlySpan<byte> rest = JsonSerializer.SerializeToUtf8Bytes(ControlShapes.FromWithoutPeers(welcome), Json.WelcomeShape);
        Debug.Assert(rest.EndsWith("\"peers\":[]}"u8), "The list of peers stands last.");
        int length = rest.Length;
        foreach (PeerInfo peer in welcome.Peers)
        {
            length += PeerOf(peer.Joined).Length + 1;
        }

        byte[] json = new byte[welcome.Peers.Count == 0 ? length : length - 1];
        rest[..^end.Length].CopyTo(json);
        int at = rest.Length - end.Length;
        foreach (PeerInfo peer in welcome.Peers)
        {
            ReadOnlySpan<byte> shape = PeerOf(peer.Joined);
            shape.CopyTo(json.AsSpan(at));
            at += shape.Length;
            json[at++] = (byte)',';
        }

        end.CopyTo(json.AsSpan(json.Length - end.Length)); // Over the last comma.
        return json;
    }

    /// <summary>The peer in a joined message as <see cref="WriteJoined"/> makes it.</summary>
    private static ReadOnlySpan<byte> PeerOf(ReadOnlySpan<byte> joined)
    {
        ReadOnlySpan<byte> before = """{"type":"joined","peer":"""u8;
        Debug.Assert(joined.StartsWith(before), "The peer stands last.");
        return joined[before.Length..^1];
    }

    private static ControlMessage Parse(ReadOnlySpan<byte> json, string type, MemberChecks checks)
    {
        switch (type)
        {
            case "hello":
                int? version = Read(json, Json.VersionShape).Version;
                return version is null or HelloMessage.CurrentVersion
                    ? ControlShapes.Check(Read(json, Json.HelloShape), checks)
                    : new HelloMessage { Version = version.Value, Role = default, Room = default, MaxDatagram = 0, Software = "" };
            case "welcome":
                return ControlShapes.Check(Read(json, Json.WelcomeShape), checks);
            case "reject":
                return ControlShapes.CheckReject(Read(json, Json.ReasonShape), checks);
            case "joined":
                return ControlShapes.Check(Read(json, Json.JoinedShape), checks);
            case "left":
                return ControlShapes.Check(Read(json, Json.LeftShape), checks);
            case "outside":
                return ControlShapes.Check(Read(json, Json.OutsideShape), checks);
            case "lan":
                return ControlShapes.Check(Read(json, Json.LanShape), checks);
            case "stats":
                return ControlShapes.Check(Read(json, Json.StatsShape), checks);
            case "bye":
                return ControlShapes.CheckBye(Read(json, Json.ReasonShape), checks);
            default:
                return new UnknownMessage(PrintableText.Clean(type, MaxSoftwareLength));
        }
    }

    private static T Read<T>(ReadOnlySpan<byte> json, JsonTypeInfo<T> shape)
        where T : class =>
        JsonSerializer.Deserialize(json, shape) ?? throw new JsonException();
}
