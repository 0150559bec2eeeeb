using Softlan.Platform.Windows;
using Softlan.Wire;

namespace Softlan.Roles.Client.Windows;

/// <summary>Changes of a network's category, one at a time, and none after the old one was put back: each is made on the thread pool, where a slow
/// one could end last.</summary>
internal sealed class WindowsCategoryTurns(INetworkCategories categories)
{
    private readonly Lock _turn = new();
    private readonly HashSet<Guid> _private = [];

    /// <summary>From now on, until it is put back, the network may be made a private one. Waits for nothing.</summary>
    public void Allow(Guid network)
    {
        lock (_private)
        {
            _private.Add(network);
        }
    }

    /// <summary>Makes it a private one.</summary>
    /// <returns>False: it was put back meanwhile.</returns>
    /// <exception cref="SoftlanException">Windows refuses.</exception>
    public bool SetPrivate(Guid network)
    {
        lock (_turn)
        {
            lock (_private)
            {
                if (!_private.Contains(network))
                {
                    return false;
                }
            }

            Set(network, NetworkCategory.Private);
            return true;
        }
    }

    /// <summary>Puts the old category back. A network that is not connected any more, and that Windows keeps as it is, is let go: it would be refused
    /// at every start.</summary>
    /// <exception cref="SoftlanException">Windows refuses.</exception>
    public void Restore(Guid network, NetworkCategory old)
    {
        lock (_private)
        {
            _private.Remove(network);
        }

        lock (_turn)
        {
            try
            {
                Set(network, old);
            }
            catch (SoftlanException) when (categories.Read(network) is not { IsConnected: true })
            {
            }
        }
    }

    /// <summary>Asks first: Windows may refuse what would change nothing.</summary>
    private void Set(Guid network, NetworkCategory category)
    {
        if (categories.Read(network) is { } now && now.Category != category)
        {
            categories.Set(network, category);
        }
    }
}
