using System.Net;
using Softlan.Platform;
using Softlan.Platform.Windows;
using Softlan.Wire;

namespace Softlan.Roles.Client.Windows;

/// <summary>The player's own network cards, for all who ask: listed anew after a change, and now and then.</summary>
/// <param name="machine">Asked, never changed here.</param>
/// <param name="lane">Tells the time.</param>
/// <param name="tap">The adapter that is left out.</param>
internal sealed class WindowsCards(IWindowsMachine machine, ILane lane, Guid tap)
{
    /// <summary>Between two lists where nothing is known to have changed: Windows takes milliseconds for one, and frames wait for it.</summary>
    public static readonly TimeSpan ListInterval = TimeSpan.FromSeconds(30);

    private IReadOnlyList<NetworkCard> _cards = [];
    private TimeSpan? _listedAt;

    /// <summary>The machine's network may have changed: the next who asks gets a new list.</summary>
    public void NoteChange() => _listedAt = null;

    /// <summary>The DNS servers of the cards.</summary>
    public IEnumerable<IPAddress> NameServers => List().SelectMany(card => card.NameServers);

    /// <summary>The names of the cards by their MACs.</summary>
    public IReadOnlyDictionary<MacAddress, string> NamesByAddress()
    {
        Dictionary<MacAddress, string> names = [];
        foreach (NetworkCard card in List())
        {
            if (card.Address is { } address)
            {
                names.TryAdd(address, card.Name);
            }
        }

        return names;
    }

    private IReadOnlyList<NetworkCard> List()
    {
        if (_listedAt is not { } listedAt || lane.Now - listedAt >= ListInterval)
        {
            _listedAt = lane.Now;
            _cards = machine.ListCards(tap) ?? _cards;
        }

        return _cards;
    }
}
