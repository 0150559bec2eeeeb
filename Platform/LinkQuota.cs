namespace Softlan.Platform;

/// <summary>How many links there may be: in all, and from one address. Shared by the listeners of one port; taken for every handshake, never for a
/// frame.</summary>
/// <param name="maxLinks">In all.</param>
/// <param name="maxPerAddress">From one IPv4 address, or one IPv6 /64; from one IPv6 /48 <see cref="AddressTally.NetworkFactor"/> times as
/// many.</param>
internal sealed class LinkQuota(int maxLinks, int maxPerAddress)
{
    private readonly Lock _lock = new();
    private readonly AddressTally _tally = new();
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

    /// <summary>Takes one link for an address.</summary>
    /// <param name="address">As <see cref="AddressTally"/> wants it.</param>
    /// <returns>False when there are too many already.</returns>
    public bool TryTake(ulong address)
    {
        lock (_lock)
        {
            if (!_tally.HasRoom(address, maxPerAddress))
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

    /// <summary>Whether an address has fewer than <paramref name="limit"/>, and its network not too many for that either.</summary>
    public bool HasFewer(ulong address, int limit)
    {
        lock (_lock)
        {
            return _tally.HasRoom(address, limit);
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
