using System.Runtime.Versioning;
using Microsoft.Extensions.Logging;
using Softlan.Platform.Linux;
using Softlan.Platform.Quic.Ngtcp2;

namespace Softlan.Platform;

/// <summary>Picks the QUIC implementation of this operating system.</summary>
internal static class QuicEngines
{
    /// <param name="loop">The lane on which everything of the engine runs.</param>
    /// <param name="logger">Hears of bugs only; may be null.</param>
    [SupportedOSPlatform("linux")]
    public static IQuicEngine Create(EventLoop loop, ILogger? logger = null) => new Ngtcp2Engine(loop, logger);
}
