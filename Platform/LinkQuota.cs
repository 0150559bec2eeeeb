namespace Softlan.Platform;

/// <summary>How many links there may be: in all, and from one address. Shared by the listeners of one port; taken for every handshake, never for a
/// frame.</summary>
/// <param name="maxLinks">In all.</param>
/// <param name="maxPerAddress">From one IPv4 address, or one IPv6 /64; from one IPv6 /48 <see cref="AddressTally.NetworkFactor"/> times as
/// many.</param>
internal sealed class LinkQuota(int maxLinks, int maxPerAddress)
{
    /// <summary>Handshakes that an address may begin within <see cref="RecentHandshakes.Window"/>, for each link that it may have: everybody who
    /// lives behind it may come twice. Beyond it a handshake is refused as if the address had all its links.</summary>
    public const int HandshakesPerLink = 2;

    /// <summary>Such handshakes that any address may begin, however few links it may have: somebody who tries out his settings.</summary>
    public const int LeastHandshakes = 32;

    private readonly Lock _lock = new();
    private readonly AddressTally _tally = new();
    private readonly RecentHandshakes _recent = new();
    private readonly int _maxHandshakes = (int)Math.Clamp((long)maxPerAddress * HandshakesPerLink, LeastHandshakes, int.MaxValue);
    private int _links;
    private LinkRefusals _refusals;

    /// <summary>How often <see cref="TryTake"/> has said no, and why.</summary>
    public LinkRefusals Refusals
    {
        get
        {
            lock (_lock)
            {
                return _refusals;
            }
        }
    }

    /// <summary>Takes one link for an address that begins a handshake.</summary>
    /// <param name="address">As <see cref="AddressTally"/> wants it.</param>
    /// <param name="now">Monotonic.</param>
    /// <returns>False when there are too many already, or it has begun too many lately.</returns>
    public bool TryTake(ulong address, TimeSpan now)
    {
        lock (_lock)
        {
            if (!_tally.HasRoom(address, maxPerAddress) || !_recent.HasRoom(address, _maxHandshakes, now))
            {
                _refusals = _refusals with { AddressFull = _refusals.AddressFull + 1 };
                return false;
            }

            if (_links >= maxLinks)
            {
                _refusals = _refusals with { Full = _refusals.Full + 1 };
                return false;
            }

            _links++;
            _tally.Add(address);
            _recent.Add(address, now);
            return true;
        }
    }

    /// <summary>How many an address has.</summary>
    public int Count(ulong address)
    {
        lock (_lock)
        {
            return _tally.Count(address);
        }
    }

    /// <summary>Whether an address has begun fewer than <paramref name="limit"/> handshakes lately and has fewer links, and its network not too many
    /// for that either.</summary>
    public bool HasFewer(ulong address, int limit, TimeSpan now)
    {
        lock (_lock)
        {
            return _tally.HasRoom(address, limit) && _recent.HasRoom(address, limit, now);
        }
    }

    public void Return(ulong address)
    {
        lock (_lock)
        {
            _links--;
            _tally.Remove(address);
        }
    }
}
