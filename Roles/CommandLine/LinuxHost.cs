using System.Runtime.Versioning;
using Microsoft.Extensions.Logging;
using Softlan.Platform.Linux;

namespace Softlan.Roles.CommandLine;

/// <summary>Runs a role on an <see cref="EventLoop"/> of its own, on the calling thread.</summary>
[SupportedOSPlatform("linux")]
internal static class LinuxHost
{
    /// <param name="logging">What is logged.</param>
    /// <param name="create">Makes the role; it need not start anything yet.</param>
    /// <returns>The exit code; a failure of the role is thrown.</returns>
    public static int Run(LoggingOptions logging, Func<EventLoop, ILoggerFactory, IRole> create)
    {
        using ILoggerFactory loggers = SoftlanLogging.Create(logging);
        using EventLoop loop = new();
        using RoleHost host = new(loop, loop.Run, loggers.CreateLogger("softlan"));
        return host.Run(() => create(loop, loggers));
    }
}
