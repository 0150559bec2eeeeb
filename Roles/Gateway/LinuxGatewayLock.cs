using System.Net.Sockets;
using System.Runtime.Versioning;
using Microsoft.Extensions.Logging;
using Softlan.Platform.Linux;
using Softlan.Wire;

namespace Softlan.Roles.Gateway;

/// <summary>Holds a room and an interface for one running gateway: a second one would find the first one's resume token and take its place at the
/// relay, in turns with it.</summary>
[SupportedOSPlatform("linux")]
internal static class LinuxGatewayLock
{
    /// <summary>Takes the lock. Null where there can be none: then it has said so.</summary>
    /// <param name="room">What is bridged.</param>
    /// <param name="port">The interface or bridge.</param>
    /// <param name="logger">Where it says that it goes without.</param>
    /// <exception cref="SoftlanException">Another gateway that runs now bridges them.</exception>
    public static NamespaceLock? TakeOrNull(RoomCode room, string port, ILogger logger)
    {
        try
        {
            // Room codes ignore case.
            return NamespaceLock.TakeOrNull($"softlan/gateway/{room.ToString().ToLowerInvariant()}/{port}")
                ?? throw SoftlanException.Create(
                    $"Cannot bridge '{port}' into room '{room}'",
                    "another softlan gateway on this machine does so now",
                    "stop that one, or give this one another --room, --interface or --bridge");
        }
        catch (SocketException e)
        {
            GatewayLog.NotLocked(logger, port, e.Message.TrimEnd('.'));
            return null;
        }
    }
}
