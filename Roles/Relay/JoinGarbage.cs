using Softlan.Platform;

namespace Softlan.Roles.Relay;

/// <summary>Has the managed heap's youngest generation collected in a quiet moment between two joins.</summary>
/// <remarks>
/// Frames allocate nothing; joins do, sixteen of them as much as the collector's budget. Left to itself it begins in the middle of one, when a
/// handshake has just held up everybody's frames for half a millisecond, and adds its own 0.7. So it is asked to begin a little earlier, behind a
/// join. While players join without a pause it may still begin by itself.
/// </remarks>
internal sealed class JoinGarbage
{
    /// <summary>Bytes that joins may leave behind before they are collected: half of System.GC.Gen0MaxBudget, at which the collector begins by
    /// itself.</summary>
    public const long Threshold = 128 * 1024;

    /// <summary>From a hello until its join has been told to a room of some hundreds.</summary>
    public static readonly TimeSpan Delay = TimeSpan.FromMilliseconds(75);

    private readonly ILaneTimer _timer;
    private readonly Func<long> _allocated;
    private readonly Func<int> _collected;
    private readonly Action _collect;
    private int _collections = -1;
    private long _allocatedBefore;
    private bool _isSet;

    public JoinGarbage(ILane lane)
        : this(lane, static () => GC.GetTotalAllocatedBytes(), static () => GC.CollectionCount(0), static () => GC.Collect(0))
    {
    }

    /// <param name="lane">The relay's.</param>
    /// <param name="allocated">Bytes that the process has ever allocated.</param>
    /// <param name="collected">Collections of the youngest generation, whoever began them.</param>
    /// <param name="collect">Begins one.</param>
    public JoinGarbage(ILane lane, Func<long> allocated, Func<int> collected, Action collect)
    {
        _timer = lane.CreateTimer(OnTimer);
        _allocated = allocated;
        _collected = collected;
        _collect = collect;
    }

    /// <summary>Somebody has said hello.</summary>
    public void NoteJoin()
    {
        if (!_isSet)
        {
            _isSet = true;
            _timer.Set(Delay);
        }
    }

    private void OnTimer()
    {
        _isSet = false;
        if (_collected() == _collections)
        {
            if (_allocated() - _allocatedBefore < Threshold)
            {
                return;
            }

            _collect();
        }

        _collections = _collected();
        _allocatedBefore = _allocated();
    }
}
