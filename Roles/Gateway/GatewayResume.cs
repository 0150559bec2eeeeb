using System.Text;
using Microsoft.Extensions.Logging;
using Softlan.Roles.Shared;
using Softlan.Wire;
using Softlan.Wire.Control;

namespace Softlan.Roles.Gateway;

/// <summary>Keeps the resume token in the state directory, so that a gateway that was killed gets its place back at once instead of "there is a gateway already".</summary>
/// <remarks>Three lines: relay, room, token. The relay's names for places are its own, so a token is only offered where it came from.</remarks>
internal sealed class GatewayResume
{
    private readonly string _path;
    private readonly string _place;
    private readonly ILogger _logger;

    public GatewayResume(string directory, RelayAddress relay, RoomCode room, string port, ILogger logger)
    {
        // Room codes ignore case, file names may not.
        _path = Path.Combine(directory, $"gateway-{room.ToString().ToLowerInvariant()}-{port}.resume");
        _place = $"{relay}\n{room.ToString().ToLowerInvariant()}\n";
        _logger = logger;
    }

    /// <returns>Null when there is none for this place. Whatever is wrong with the file, it is not worth stopping for.</returns>
    public string? Find()
    {
        try
        {
            return StateFiles.Read(_path) is { } bytes
                && Encoding.UTF8.GetString(bytes) is { } text
                && text.StartsWith(_place, StringComparison.Ordinal)
                && text[_place.Length..].TrimEnd('\n') is { Length: > 0 } token
                && ControlCodec.IsToken(token)
                    ? token
                    : null;
        }
        catch (SoftlanException)
        {
            return null;
        }
    }

    public void Save(string token)
    {
        try
        {
            StateFiles.Write(_path, Encoding.UTF8.GetBytes($"{_place}{token}\n"));
        }
        catch (SoftlanException failure)
        {
            GatewayLog.ResumeNotKept(_logger, failure.Message);
        }
    }

    /// <summary>After a goodbye the place is free and the token good for nothing.</summary>
    public void Delete() => StateFiles.TryDelete(_path);
}
