using Softlan.Wire;

namespace Softlan.Platform;

/// <summary>What carries the links, and how.</summary>
internal sealed record QuicSettings
{
    public static readonly QuicSettings Default = new();

    /// <summary>The implementation.</summary>
    public QuicEngineKind Kind { get; init; } = OperatingSystem.IsLinux() ? QuicEngineKind.Ngtcp2 : QuicEngineKind.MsQuic;

    /// <summary>How long frames may wait for a link.</summary>
    public TimeSpan QueueTime { get; init; } = QueueLimits.DefaultMaxAge;
}
