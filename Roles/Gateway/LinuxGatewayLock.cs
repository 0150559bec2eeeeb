using System.Net.Sockets;
using System.Runtime.Versioning;
using Microsoft.Extensions.Logging;
using Softlan.Platform.Linux;
using Softlan.Wire;

namespace Softlan.Roles.Gateway;

/// <summary>Holds a room and an interface for one running gateway: a second one would find the first one's resume token and take its place at the
/// relay, in turns with it.</summary>
[SupportedOSPlatform("linux")]
internal sealed class LinuxGatewayLock : IDisposable
{
    private readonly NamespaceLock? _name;

    private LinuxGatewayLock(NamespaceLock? name) => _name = name;

    /// <summary>Takes the lock. Where there can be none, it says so and goes without.</summary>
    /// <param name="room">What is bridged.</param>
    /// <param name="port">The interface or bridge.</param>
    /// <param name="logger">Where it says that it goes without.</param>
    /// <exception cref="SoftlanException">Another gateway that runs now bridges them.</exception>
    public static LinuxGatewayLock Take(RoomCode room, string port, ILogger logger)
    {
        try
        {
            // Room codes ignore case.
            return new LinuxGatewayLock(NamespaceLock.TakeOrNull($"softlan/gateway/{room.ToString().ToLowerInvariant()}/{port}")
                ?? throw SoftlanException.Create(
                    $"Cannot bridge '{port}' into room '{room}'",
                    "another softlan gateway on this machine does so now",
                    "stop that one, or give this one another --room, --interface or --bridge"));
        }
        catch (SocketException e)
        {
            GatewayLog.NotLocked(logger, port, e.Message.TrimEnd('.'));
            return new LinuxGatewayLock(null);
        }
    }

    public void Dispose() => _name?.Dispose();
}
