using System.Runtime.Versioning;

namespace Softlan.Platform.Linux;

/// <summary>Guesses whether a descriptor that is ready has one message and no more, as one that a ping or a game feeds.</summary>
/// <remarks>
/// A read that asks for more finds out that there is none before the first is looked at: a second look by the kernel, a microsecond in each program
/// that a ping passes. A wrong guess costs nothing but another turn of the loop, since epoll reports the rest again.
/// </remarks>
[SupportedOSPlatform("linux")]
internal struct LoneRead
{
    /// <summary>In nanoseconds: what comes sooner after the last belongs to the same burst.</summary>
    public const long Pause = 50_000;

    private bool _wasLone;
    private long _last;

    /// <param name="now">Nanoseconds of the loop's clock.</param>
    public readonly bool IsLikely(long now) => _wasLone && now - _last >= Pause;

    /// <summary>Something was read.</summary>
    /// <param name="now">Nanoseconds of the loop's clock.</param>
    /// <param name="isLone">It was one datagram or frame.</param>
    public void OnRead(long now, bool isLone)
    {
        _wasLone = isLone;
        _last = now;
    }
}
