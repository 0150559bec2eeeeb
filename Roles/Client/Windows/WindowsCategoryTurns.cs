using Softlan.Platform.Windows;

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
    /// <exception cref="Wire.SoftlanException">Windows refuses.</exception>
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

            categories.Set(network, NetworkCategory.Private);
            return true;
        }
    }

    /// <summary>Puts the old category back.</summary>
    /// <exception cref="Wire.SoftlanException">Windows refuses.</exception>
    public void Restore(Guid network, NetworkCategory old)
    {
        lock (_private)
        {
            _private.Remove(network);
        }

        lock (_turn)
        {
            categories.Set(network, old);
        }
    }
}
