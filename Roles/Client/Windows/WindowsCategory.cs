using Microsoft.Extensions.Logging;
using Softlan.Platform;
using Softlan.Platform.Windows;

namespace Softlan.Roles.Client.Windows;

/// <summary>Makes the party's network a private one for the firewall, or games would hear nobody: Windows takes a network that it cannot identify for
/// public.</summary>
/// <remarks>
/// Windows takes some seconds after the cable is in, or after it woke, until it has a network at all, and may change its mind while it identifies
/// it or gets an address, so this looks for a minute and then leaves the matter to the player. Windows puts networks that it cannot identify into
/// one, for example the party's and that of virtual machines: it has one category, and the player is told who shares it. The calls may take their
/// time and are made on the thread pool.
/// </remarks>
internal sealed class WindowsCategory : IDisposable
{
    /// <summary>Looks in the first seconds; if none of them finds a network, that is said, and so is what keeps it public from then on.</summary>
    public const int QuickLooks = 15;

    public const int Looks = QuickLooks + 9;

    public static readonly TimeSpan QuickInterval = TimeSpan.FromSeconds(1);

    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    private readonly ILane _lane;
    private readonly INetworkCategories _categories;
    private readonly IIpHelper _ip;
    private readonly WindowsCategoryTurns _turns;
    private readonly TapAdapter _adapter;
    private readonly HostChanges _changes;
    private readonly ILogger _logger;
    private readonly Action<Action> _offLane;
    private readonly ILaneTimer _timer;
    private readonly HashSet<Guid> _noted = [];
    private readonly HashSet<string> _namedOthers = [];
    private int _looks;
    private int _round;
    private bool _isFound;
    private bool _isOver;
    private string? _reason;
    private string? _said;

    /// <param name="ip">Names other adapters.</param>
    /// <param name="turns">Makes the changes, and takes them back.</param>
    /// <param name="offLane">Runs work elsewhere than on the lane.</param>
    public WindowsCategory(
        ILane lane, INetworkCategories categories, IIpHelper ip, WindowsCategoryTurns turns, TapAdapter adapter,
        HostChanges changes, ILogger logger, Action<Action> offLane)
    {
        _lane = lane;
        _categories = categories;
        _ip = ip;
        _turns = turns;
        _adapter = adapter;
        _changes = changes;
        _logger = logger;
        _offLane = offLane;
        _timer = lane.CreateTimer(Look);
    }

    /// <summary>The cable is in, for the first time or again.</summary>
    public void Begin()
    {
        _round++;
        _looks = 0;
        _isFound = false;
        _reason = null;
        _said = null;
        _timer.Set(QuickInterval);
    }

    /// <summary>The cable stayed in, but Windows may see another network now: it slept, or there is another address. What was said is not repeated.
    /// </summary>
    public void LookAgain()
    {
        _looks = 0;
        _timer.Set(QuickInterval);
    }

    public void Dispose()
    {
        _isOver = true;
        _timer.Dispose();
    }

    private void Look()
    {
        int round = _round;
        _looks++;
        _offLane(() =>
        {
            try
            {
                KnownNetwork? network = _categories.Find(_adapter.Id);
                _lane.Post(() => OnFound(round, network, null));
            }
            catch (Exception e)
            {
                // COM has failures of its own, and one that nobody catches here ends the process with everything still changed.
                _lane.Post(() => OnFound(round, null, e.Message));
            }
        });
    }

    private void OnFound(int round, KnownNetwork? network, string? failure)
    {
        if (_isOver || round != _round)
        {
            return;
        }

        _reason = failure ?? _reason;
        if (network is not null)
        {
            _isFound = true;
            // While Windows identifies networks they may all be one, for a moment.
            if (network.Category == NetworkCategory.Public && (network.OtherAdapters.Count == 0 || _looks >= QuickLooks))
            {
                MakePrivate(network);
            }
            else if (network.Category == NetworkCategory.Private && _looks >= QuickLooks)
            {
                NameOthers(network);
            }
        }
        else if (_looks == QuickLooks && !_isFound)
        {
            Say(_reason ?? "Windows has not identified its network.");
        }

        if (_looks < Looks)
        {
            _timer.Set(_looks < QuickLooks ? QuickInterval : Interval);
        }
    }

    /// <returns>Null: it is gone.</returns>
    private string? NameOf(Guid adapter) => _ip.FindLuid(adapter, out ulong luid) == 0 ? _ip.FindAlias(luid) : null;

    private void MakePrivate(KnownNetwork network)
    {
        HostChange.CategoryReplaced? change = null;
        if (_noted.Add(network.Id))
        {
            change = new HostChange.CategoryReplaced(network.Id, network.Name, (int)network.Category);
            _changes.Make(change, () => { }); // Written down first; made elsewhere, since it may take its time.
        }

        _turns.Allow(network.Id);
        _offLane(() =>
        {
            try
            {
                if (_turns.SetPrivate(network.Id))
                {
                    _lane.Post(() => OnSet(network));
                }
            }
            catch (Exception e) // As above.
            {
                _lane.Post(() => OnRefused(network, change, e.Message));
            }
        });
    }

    private void OnSet(KnownNetwork network)
    {
        ClientLog.CategorySet(_logger, network.Name);
        if (_looks >= QuickLooks)
        {
            NameOthers(network);
        }
    }

    /// <summary>Of a network that is private, whoever made it so.</summary>
    private void NameOthers(KnownNetwork network)
    {
        foreach (string other in network.OtherAdapters.Select(NameOf).OfType<string>().Where(_namedOthers.Add))
        {
            ClientLog.CategoryIsShared(_logger, other, network.Name);
        }
    }

    private void OnRefused(KnownNetwork network, HostChange? change, string reason)
    {
        if (change is not null && !_isOver)
        {
            _noted.Remove(network.Id);
            _changes.Forget(change);
        }

        // While Windows identifies the network, changes of its category are refused.
        if (_looks >= QuickLooks)
        {
            Say(reason);
        }
    }

    private void Say(string reason)
    {
        if (_said != reason)
        {
            _said = reason;
            ClientLog.CategoryNotSet(_logger, _adapter.Name, reason);
        }
    }
}
