using System.Text.Json;
using Microsoft.Extensions.Logging;
using Softlan.Roles.Shared;
using Softlan.Wire;

namespace Softlan.Roles.Client;

/// <summary>Keeps the resume token beside the identity, so that a client that was killed gets its place back at once instead of "that MAC is taken".</summary>
internal sealed class ResumeFile(string identityPath, ILogger logger)
{
    private readonly string _path = identityPath + ".resume";
    private bool _saidNotKept;

    /// <summary>The token of an earlier run for the same place; null when there is none that fits. Whatever is wrong with the file, it is not worth stopping for.</summary>
    public string? Find(RelayAddress relay, RoomCode room, MacAddress mac)
    {
        try
        {
            return StateFiles.Read(_path) is { } bytes
                && JsonSerializer.Deserialize(bytes, ClientJson.Default.ResumeContent) is { } content
                && content.Relay == relay.ToString()
                && RoomCode.TryParse(content.Room, out RoomCode itsRoom)
                && itsRoom.Equals(room)
                && content.Mac == mac
                    ? content.Token
                    : null;
        }
        catch (Exception e) when (e is SoftlanException or JsonException)
        {
            return null;
        }
    }

    public void Save(RelayAddress relay, RoomCode room, MacAddress mac, string token)
    {
        try
        {
            ResumeContent content = new(relay.ToString(), room.ToString(), mac, token);
            StateFiles.Write(_path, JsonSerializer.SerializeToUtf8Bytes(content, ClientJson.Default.ResumeContent));
        }
        catch (SoftlanException e)
        {
            if (!_saidNotKept)
            {
                _saidNotKept = true;
                ClientLog.ResumeNotKept(logger, e.Message);
            }
        }
    }

    /// <summary>After a goodbye the place is free and the token good for nothing.</summary>
    public void Delete() => StateFiles.TryDelete(_path);
}
