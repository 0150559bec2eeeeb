using System.Runtime.Versioning;

namespace Softlan.Platform.Linux;

/// <summary>Guesses whether a descriptor that is ready has one message and no more, as one that a ping or a game feeds.</summary>
/// <remarks>
/// A read that asks for more finds out that there is none before the first is looked at: a second look by the kernel, a microsecond in each program
/// that a ping passes. After a wrong guess epoll reports the rest again, at the price of a turn. A read that asked for one cannot know whether it was
/// right, so now and then one asks for all.
/// </remarks>
[SupportedOSPlatform("linux")]
internal struct LoneRead
{
    /// <summary>Guesses in a row; the read that follows asks for all.</summary>
    public const int MaxGuesses = 8;

    private bool _wasLone;
    private int _guesses;

    /// <summary>Whether to ask for one. <see cref="OnRead"/> must follow.</summary>
    /// <param name="hasRested">Nothing was ready shortly before: see <see cref="EventLoop.HasRested"/>.</param>
    public bool Guess(bool hasRested)
    {
        if (!_wasLone || !hasRested || _guesses == MaxGuesses)
        {
            _guesses = 0;
            return false;
        }

        _guesses++;
        return true;
    }

    /// <summary>Something was read.</summary>
    /// <param name="isLone">It was one datagram or frame.</param>
    public void OnRead(bool isLone) => _wasLone = isLone;
}
