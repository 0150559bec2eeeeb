using Microsoft.Extensions.Logging;
using Softlan.Roles.Shared;
using Softlan.Wire;

namespace Softlan.Roles.Gateway;

/// <summary>Holds a room and an interface for one running gateway: a second one would find the first one's resume token and take its place at the relay, in turns with it.</summary>
internal sealed class GatewayLock : IDisposable
{
    private readonly FileLock? _file;

    private GatewayLock(FileLock? file) => _file = file;

    /// <summary>Takes the lock, beside the resume token. Where no lock file can be made, it says so and goes without.</summary>
    /// <param name="directory">Of the state files.</param>
    /// <param name="room">What is bridged.</param>
    /// <param name="port">The interface or bridge.</param>
    /// <param name="logger">Where it says that it goes without.</param>
    /// <exception cref="SoftlanException">Another gateway that runs now bridges them.</exception>
    public static GatewayLock Take(string directory, RoomCode room, string port, ILogger logger)
    {
        string path = GatewayResume.PathOf(directory, room, port) + ".lock";
        FileLock? file = FileLock.TryTake(path, out string? trouble);
        if (file is null && trouble is null)
        {
            throw SoftlanException.Create(
                $"Cannot bridge '{port}' into room '{room}'",
                "another softlan gateway on this machine does so now",
                "stop that one, or give this one another --room, --interface or --bridge");
        }

        if (trouble is not null)
        {
            GatewayLog.NotLocked(logger, path, trouble);
        }

        return new GatewayLock(file);
    }

    public void Dispose() => _file?.Dispose();
}
