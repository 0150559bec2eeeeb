using Microsoft.Extensions.Logging;

namespace Softlan.Platform.Quic;

/// <summary>Everything that the engines say themselves; what becomes of links is for roles to say.</summary>
internal static partial class QuicLog
{
    /// <summary>Once for each engine of ngtcp2.</summary>
    [LoggerMessage(900, LogLevel.Debug, "AES-128-GCM by {Library}")]
    public static partial void AeadChosen(ILogger logger, string? library);

    /// <summary>A handler of a link, or a callback of an engine, threw.</summary>
    [LoggerMessage(901, LogLevel.Error, "A bug in softlan ended one link; please report it")]
    public static partial void HandlerFailed(ILogger logger, Exception exception);
}
