using System.Runtime.Versioning;
using Microsoft.Extensions.Logging;
using Softlan.Platform.Linux;
using Softlan.Platform.Quic.Ngtcp2;
using Softlan.Wire;

namespace Softlan.Platform;

/// <summary>Picks the QUIC implementation of this operating system.</summary>
internal static class QuicEngines
{
    /// <param name="loop">The lane on which everything of the engine runs.</param>
    /// <param name="logger">Hears of bugs only; may be null.</param>
    [SupportedOSPlatform("linux")]
    public static IQuicEngine Create(EventLoop loop, ILogger? logger = null) => new Ngtcp2Engine(loop, logger);

    /// <summary>The engine that brings threads of its own along.</summary>
    /// <param name="lane">The lane on which everything of the engine runs.</param>
    /// <param name="logger">Hears of bugs only; may be null.</param>
    /// <exception cref="SoftlanException">This machine has none.</exception>
    [SupportedOSPlatform("windows")]
    public static IQuicEngine CreateShared(IEnterableLane lane, ILogger? logger = null) =>
        throw SoftlanException.Create("Cannot speak QUIC", "this build of softlan has no engine for Windows", "take a build that has one");
}
