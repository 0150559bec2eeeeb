namespace Softlan.Platform;

/// <summary>How many links there may be: in all, and from one address. Shared by the listeners of one port; taken for every handshake, never for a
/// frame.</summary>
/// <param name="maxLinks">In all.</param>
/// <param name="maxPerAddress">From one IPv4 address, or one IPv6 /64.</param>
internal sealed class LinkQuota(int maxLinks, int maxPerAddress)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<ulong, int> _perAddress = [];
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
    /// <returns>False when there are too many already.</returns>
    public bool TryTake(ulong address)
    {
        lock (_lock)
        {
            _perAddress.TryGetValue(address, out int fromAddress);
            if (fromAddress >= maxPerAddress)
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
            _perAddress[address] = fromAddress + 1;
            return true;
        }
    }

    /// <summary>How many an address has.</summary>
    public int Count(ulong address)
    {
        lock (_lock)
        {
            return _perAddress.GetValueOrDefault(address);
        }
    }

    public void Return(ulong address)
    {
        lock (_lock)
        {
            _links--;
            if (--_perAddress[address] == 0)
            {
                _perAddress.Remove(address);
            }
        }
    }
}
