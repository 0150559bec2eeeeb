using System.Text;
using Microsoft.Extensions.Logging;
using Softlan.Wire;
using Softlan.Wire.Control;

namespace Softlan.Roles.Shared;

/// <summary>Keeps the resume token of one place, so that a client or gateway that was killed gets it back at once instead of hearing that it is
/// taken.</summary>
/// <remarks>Lines: relay, room, MAC where the peer has one, token. The relay's names for places are its own, so a token is only offered where it came
/// from.</remarks>
internal sealed class ResumeFile
{
    private readonly string _path;
    private readonly string _option;
    private readonly string _place;
    private readonly ILogger _logger;
    private bool _saidNotKept;

    private ResumeFile(string path, string option, ILogger logger, params ReadOnlySpan<string> place)
    {
        _path = path;
        _option = option;
        _place = string.Join('\n', place) + '\n';
        _logger = logger;
    }

    /// <summary>Beside the client's identity.</summary>
    public static ResumeFile OfClient(string identityPath, RelayAddress relay, RoomCode room, MacAddress mac, ILogger logger) =>
        new(identityPath + ".resume", StateFiles.OptionOfIdentity, logger, relay.ToString(), NameOf(room), mac.ToString());

    /// <summary>In the state directory, one for each room and interface.</summary>
    public static ResumeFile OfGateway(string directory, RelayAddress relay, RoomCode room, string port, ILogger logger) =>
        new(Path.Combine(directory, $"gateway-{NameOf(room)}-{port}.resume"), StateFiles.Option, logger, relay.ToString(), NameOf(room));

    /// <returns>Null when there is none for this place. Whatever is wrong with the file, it is not worth stopping for.</returns>
    public string? Find()
    {
        try
        {
            // A damaged token would make the whole hello unusable, and that is final.
            return StateFiles.Read(_path) is { } bytes
                && Encoding.UTF8.GetString(bytes) is { } text
                && text.StartsWith(_place, StringComparison.Ordinal)
                && text[_place.Length..].TrimEnd('\n') is { } token
                && ControlCodec.IsToken(token)
                    ? token
                    : null;
        }
        catch (SoftlanException)
        {
            return null;
        }
    }

    /// <summary>Keeps the token in place of the last one. When that does not work it is said, once.</summary>
    public void Save(string token)
    {
        try
        {
            StateFiles.Write(_path, Encoding.UTF8.GetBytes($"{_place}{token}\n"), _option);
        }
        catch (SoftlanException failure)
        {
            if (!_saidNotKept)
            {
                _saidNotKept = true;
                SessionLog.ResumeNotKept(_logger, failure.Message);
            }
        }
    }

    /// <summary>After a goodbye the place is free and the token good for nothing.</summary>
    public void Delete() => StateFiles.TryDelete(_path);

    /// <summary>Room codes ignore case, file names may not.</summary>
    private static string NameOf(RoomCode room) => room.ToString().ToLowerInvariant();
}
