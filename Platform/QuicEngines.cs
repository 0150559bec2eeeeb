using System.Runtime.Versioning;
using Microsoft.Extensions.Logging;
using Softlan.Platform.Linux;
using Softlan.Platform.Quic.MsQuic;
using Softlan.Platform.Quic.Ngtcp2;
using Softlan.Wire;

namespace Softlan.Platform;

/// <summary>Makes the QUIC implementation that was chosen. Whoever asked for it disposes it, after the last turn of its lane.</summary>
internal static class QuicEngines
{
    /// <summary>Throws <see cref="SoftlanException"/> where msquic was chosen and cannot be used.</summary>
    /// <param name="settings">Which, and how.</param>
    /// <param name="loop">The lane on which everything of the engine runs.</param>
    /// <param name="logger">Hears of bugs only; may be null.</param>
    [SupportedOSPlatform("linux")]
    public static IQuicEngine Create(QuicSettings settings, EventLoop loop, ILogger? logger = null) =>
        settings.Kind == QuicEngineKind.Ngtcp2
            ? new Ngtcp2Engine(loop, logger) { QueueLimits = new QueueLimits(settings.QueueTime) }
            : CreateMsQuic(settings, loop, logger);

    /// <summary>msquic, on any lane that its threads can enter: the only one on Windows. Throws <see cref="SoftlanException"/> where it cannot be
    /// used.</summary>
    /// <param name="settings">How.</param>
    /// <param name="lane">The lane on which everything of the engine is reported.</param>
    /// <param name="logger">Hears of bugs only; may be null.</param>
    public static IQuicEngine CreateMsQuic(QuicSettings settings, IEnterableLane lane, ILogger? logger = null) =>
        new MsQuicEngine(lane, logger) { QueueLimits = new QueueLimits(settings.QueueTime) };
}
