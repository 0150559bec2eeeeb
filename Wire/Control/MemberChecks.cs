namespace Softlan.Wire.Control;

/// <summary>Turns the nullable members of one message into checked values, and remembers the first that was missing or out of range. After that the
/// values it returns mean nothing.</summary>
internal sealed class MemberChecks(string messageType)
{
    public string? Error { get; private set; }

    public int Number(int? value, string member, int min, int max) => (int)Number((long?)value, member, min, max);

    public long Number(long? value, string member, long min, long max)
    {
        if (value is null)
        {
            Missing(member);
        }
        else if (value < min || value > max)
        {
            Fail($"'{member}' is {value}, but must be {min} to {max}");
        }

        return Error is null ? value!.Value : 0;
    }

    public ushort PeerId(int? value, string member) => (ushort)Number(value, member, 1, ushort.MaxValue);

    public bool Flag(bool? value, string member)
    {
        if (value is null)
        {
            Missing(member);
        }

        return value ?? false;
    }

    /// <summary>Printable text of at most <paramref name="maxLength"/> characters.</summary>
    public string Text(string? value, string member, int maxLength)
    {
        if (value is null)
        {
            Missing(member);
        }
        else if (!PrintableText.IsPrintable(value, maxLength))
        {
            Fail($"'{member}' is not a text of 0 to {maxLength} printable characters");
        }

        return value ?? "";
    }

    /// <summary>A peer's name, which may be missing.</summary>
    public string PeersName(string? value)
    {
        string name = Text(value ?? "", "name", PeerName.MaxLength);
        if (PeerName.IsBlank(name) || PeerName.IsReserved(name))
        {
            Fail("'name' is blank or the gateway's");
        }

        return name;
    }

    /// <summary>1 to <see cref="ControlCodec.MaxTokenLength"/> of the characters that base64, base64url and hex use.</summary>
    public string Token(string? value, string member)
    {
        if (value is null)
        {
            Missing(member);
        }
        else if (!ControlCodec.IsToken(value))
        {
            Fail($"'{member}' is not a token of 1 to {ControlCodec.MaxTokenLength} characters");
        }

        return value ?? "";
    }

    public RoomCode Room(string? value)
    {
        RoomCode room = default;
        if (value is null)
        {
            Missing("room");
        }
        else if (!RoomCode.TryParse(value, out room))
        {
            Fail($"'room' is not 1 to {RoomCode.MaxLength} letters, digits, '-' or '_'");
        }

        return room;
    }

    public MacAddress Mac(string? value)
    {
        MacAddress mac = default;
        if (value is null)
        {
            Missing("mac");
        }
        else if (!MacAddress.TryParse(value, out mac))
        {
            Fail("'mac' is not a MAC address");
        }

        return mac;
    }

    public TEnum Name<TEnum>(string? value, string member)
        where TEnum : struct, Enum
    {
        TEnum result = default;
        if (value is null)
        {
            Missing(member);
        }
        else if (!KebabCase<TEnum>.TryParse(value, out result))
        {
            Fail($"'{member}' is not a name that is known there");
        }

        return result;
    }

    public void Missing(string member) => Fail($"'{member}' is missing");

    public void Fail(string error) => Error ??= $"{messageType}: {error}";
}
