using System.Text.Json;
using Microsoft.Extensions.Logging;
using Softlan.Platform;
using Softlan.Roles.CommandLine;
using Softlan.Roles.Shared;
using Softlan.Wire;
using Softlan.Wire.Control;

namespace Softlan.Roles.Client;

/// <summary>Remembers how rooms were reached, so that the next time <c>--room</c> is enough.</summary>
internal sealed class ProfileFile(string path)
{
    /// <summary>The profile that belongs to an identity: it lies in the same directory.</summary>
    public static ProfileFile Beside(string identityPath) =>
        new(Path.Combine(Path.GetDirectoryName(Path.GetFullPath(identityPath)) ?? "/", "profile.json"));

    /// <summary>How the room was reached when it was last joined; null when it never was.</summary>
    /// <exception cref="SoftlanException">The file cannot be read, or is no profile.</exception>
    public RememberedRelay? Find(RoomCode room)
    {
        ProfileContent content = LoadToJoin();
        return content.Rooms.FirstOrDefault(entry => RoomCode.TryParse(entry.Room, out RoomCode code) && code.Equals(room)) is { } found
            ? Check(found)
            : null;
    }

    /// <summary>Which relay is meant: what the options leave open is what the room was reached with when it was last joined.</summary>
    /// <param name="relay">Null: none was given.</param>
    /// <param name="given">Room, trust and name, where they were given.</param>
    /// <param name="logger">Told where the profile says more than the room's name.</param>
    /// <exception cref="SoftlanException">They name none, and none is known; or as <see cref="Find"/>.</exception>
    public RememberedRelay Complete(RelayAddress? relay, JoinOptions given, ILogger logger)
    {
        // The profile is read from any directory later.
        LinkTrust trust = given.CaFile is { } file ? new LinkTrust(null, Path.GetFullPath(file)) : given.Trust;
        if (relay is not null)
        {
            // With the certificate given, as in the join command, the profile only has the smaller things.
            RememberedRelay? last = trust == LinkTrust.System ? Find(given.Room) : FindIfUsable(given.Room);
            return last?.Relay == relay ? Fill(last, trust, given) : new RememberedRelay(relay, trust, given.ServerName, given.Name);
        }

        RememberedRelay known = Find(given.Room) ?? throw ClientFailures.NoRelayKnown(given.Room, FindMeant(given.Room));
        ClientLog.FromProfile(logger, given.Room, known.Relay);
        return Fill(known, trust, given);
    }

    /// <summary>The joined room whose code is nearest to one that may be mistyped, or else the one joined last; null: none was ever joined.</summary>
    private string? FindMeant(RoomCode room)
    {
        string[] joined = [.. LoadToJoin().Rooms
            .Select(entry => entry.Room)
            .Where(code => RoomCode.TryParse(code, out RoomCode known) && !known.LooksCutOff)];
        return Spelling.Nearest(room.ToString(), joined) is [string nearest, ..] ? nearest : joined is [string last, ..] ? last : null;
    }

    private static RememberedRelay Fill(RememberedRelay last, LinkTrust trust, JoinOptions given) => last with
    {
        Trust = trust == LinkTrust.System ? last.Trust : trust,
        ServerName = given.ServerName ?? last.ServerName,
        Name = given.Name.Length > 0 ? given.Name : last.Name,
    };

    /// <summary>As <see cref="Find"/> where nothing depends on it: what is wrong with the file is said when it is to be saved.</summary>
    private RememberedRelay? FindIfUsable(RoomCode room)
    {
        try
        {
            return Find(room);
        }
        catch (SoftlanException)
        {
            return null;
        }
    }

    /// <summary>Puts the room in front. What cannot be saved is said; the old file stays as it is.</summary>
    public void Save(RoomCode room, RememberedRelay relay, ILogger logger)
    {
        try
        {
            ProfileContent old = Load("restore or delete it");
            ProfileRoom entry = new(
                room.ToString(),
                relay.Relay.ToString(),
                relay.Trust.Pin?.ToString(),
                relay.Trust.CaFile,
                relay.ServerName,
                relay.Name.Length > 0 ? relay.Name : null);
            if (old.Rooms.Count > 0 && old.Rooms[0] == entry)
            {
                return;
            }

            IEnumerable<ProfileRoom> others = old.Rooms.Where(other => !string.Equals(other.Room, entry.Room, StringComparison.OrdinalIgnoreCase));
            ProfileContent content = new([.. others.Prepend(entry).Take(ProfileContent.MaxRooms)]);
            StateFiles.Write(
                path, JsonSerializer.SerializeToUtf8Bytes(content, ClientJson.Default.ProfileContent), StateFiles.OptionOfIdentity);
        }
        catch (SoftlanException e)
        {
            ClientLog.ProfileNotSaved(logger, room, e.Message);
        }
    }

    private ProfileContent LoadToJoin() => Load("restore or delete it, and give --relay and --pin once more");

    /// <param name="hint">What to do with a file that is no profile.</param>
    private ProfileContent Load(string hint)
    {
        if (StateFiles.Read(path) is not { } bytes)
        {
            return ProfileContent.Empty;
        }

        try
        {
            if (JsonSerializer.Deserialize(bytes, ClientJson.Default.ProfileContent) is { Rooms: not null } content
                && content.Rooms.All(room => room is not null))
            {
                return content;
            }
        }
        catch (JsonException)
        {
            // Told below, together with a file that says "null".
        }

        throw Unusable("it is not what softlan wrote", hint);
    }

    private RememberedRelay Check(ProfileRoom entry)
    {
        if (!RelayAddress.TryParse(entry.Relay, out RelayAddress? relay))
        {
            throw Unusable($"'{entry.Relay}' in it is not a relay address", "give --relay (and --pin)");
        }

        CertificatePin pin = default;
        if (entry.Pin is not null && !CertificatePin.TryParse(entry.Pin, out pin))
        {
            throw Unusable($"'{entry.Pin}' in it is not a certificate pin", "give --relay and --pin");
        }

        string name = entry.Name ?? "";
        return PeerName.IsValid(name)
            ? new RememberedRelay(relay, new LinkTrust(entry.Pin is null ? null : pin, entry.CaFile), entry.ServerName, name)
            : throw Unusable("a player's name in it is not one that others can read", "give --relay and --pin");
    }

    private SoftlanException Unusable(string why, string hint) => SoftlanException.Create($"Cannot use the profile '{path}'", why, hint);
}
