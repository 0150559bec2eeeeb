using Microsoft.Extensions.Logging;

namespace Softlan.Platform.Quic;

/// <summary>Everything that the engines say themselves; what becomes of links is for roles to say.</summary>
internal static partial class QuicLog
{
    /// <summary>Once for each engine of ngtcp2.</summary>
    [LoggerMessage(900, LogLevel.Debug, "AES-128-GCM by {Library}")]
    public static partial void AeadChosen(ILogger logger, string? library);

    /// <summary>Once for each process, as the next.</summary>
    [LoggerMessage(902, LogLevel.Debug, "ngtcp2 {Version}: softlan knows its BBR, spares links its pauses and raises its window")]
    public static partial void InternalsKnown(ILogger logger, string version);

    /// <summary>See <see cref="Ngtcp2.Ngtcp2Internals"/>.</summary>
    [LoggerMessage(903, LogLevel.Debug, "ngtcp2 {Version}: softlan does not know its BBR and leaves it alone")]
    public static partial void InternalsUnknown(ILogger logger, string version);

    /// <summary>When a window is to be raised for the first time, and if it ever is otherwise.</summary>
    [LoggerMessage(904, LogLevel.Debug, "ngtcp2's congestion window, to be raised where losses have lowered it: {Outcome}")]
    public static partial void WindowSought(ILogger logger, string outcome);

    /// <summary>A handler of a link, or a callback of an engine, threw.</summary>
    [LoggerMessage(901, LogLevel.Error, "A bug in softlan ended one link; please report it")]
    public static partial void HandlerFailed(ILogger logger, Exception exception);
}
