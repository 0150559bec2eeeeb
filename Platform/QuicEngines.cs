using System.Runtime.Versioning;
using Microsoft.Extensions.Logging;
using Softlan.Platform.Linux;
using Softlan.Platform.Quic.MsQuic;
using Softlan.Platform.Quic.Ngtcp2;

namespace Softlan.Platform;

/// <summary>Makes the QUIC implementation that was chosen. Whoever asked for it disposes it, after the last turn of its lane.</summary>
internal static class QuicEngines
{
    /// <summary>What is used where nobody chose.</summary>
    public static QuicEngineKind Default => OperatingSystem.IsLinux() ? QuicEngineKind.Ngtcp2 : QuicEngineKind.MsQuic;

    /// <summary>Throws <see cref="Wire.SoftlanException"/> where msquic was chosen and cannot be used.</summary>
    /// <param name="kind">Which.</param>
    /// <param name="loop">The lane on which everything of the engine runs.</param>
    /// <param name="logger">Hears of bugs only; may be null.</param>
    [SupportedOSPlatform("linux")]
    public static IQuicEngine Create(QuicEngineKind kind, EventLoop loop, ILogger? logger = null) =>
        kind == QuicEngineKind.Ngtcp2 ? new Ngtcp2Engine(loop, logger) : Create(loop, logger);

    /// <summary>msquic, on any lane that its threads can enter: the only one on Windows. Throws <see cref="Wire.SoftlanException"/> where it cannot be used.</summary>
    /// <param name="lane">The lane on which everything of the engine is reported.</param>
    /// <param name="logger">Hears of bugs only; may be null.</param>
    public static IQuicEngine Create(IEnterableLane lane, ILogger? logger = null) => new MsQuicEngine(lane, logger);
}
