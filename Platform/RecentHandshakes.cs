namespace Softlan.Platform;

/// <summary>Handshakes that each address has begun lately, whatever became of them: each costs a listener some tenths of a millisecond of
/// cryptography, and whoever breaks them off at once has next to none of it. Not for several threads at once.</summary>
internal sealed class RecentHandshakes
{
    /// <summary>How long a handshake counts.</summary>
    public static readonly TimeSpan Window = TimeSpan.FromSeconds(16);

    /// <summary>So many are remembered in all: 4,096 a second, more than two processors can do, in a few megabytes. Beyond it the oldest is forgotten
    /// early.</summary>
    public const int Capacity = 65_536;

    private readonly AddressTally _tally = new();
    private readonly Queue<(ulong Address, TimeSpan Begun)> _begun = new();

    /// <summary>Whether an address may begin one more.</summary>
    /// <param name="address">As <see cref="AddressTally"/> wants it.</param>
    /// <param name="limit">For one address; its /48 may begin <see cref="AddressTally.NetworkFactor"/> times as many.</param>
    /// <param name="now">Monotonic.</param>
    public bool HasRoom(ulong address, int limit, TimeSpan now)
    {
        while (_begun.TryPeek(out (ulong Address, TimeSpan Begun) oldest) && now - oldest.Begun >= Window)
        {
            Forget();
        }

        return _tally.HasRoom(address, limit);
    }

    /// <summary>An address begins one.</summary>
    public void Add(ulong address, TimeSpan now)
    {
        if (_begun.Count == Capacity)
        {
            Forget();
        }

        _begun.Enqueue((address, now));
        _tally.Add(address);
    }

    private void Forget() => _tally.Remove(_begun.Dequeue().Address);
}
