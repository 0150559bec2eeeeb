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
    private int _collections = -1;
    private long _allocatedBefore;
    private bool _isSet;

    public JoinGarbage(ILane lane)
    {
        _timer = lane.CreateTimer(OnTimer);
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
        if (GC.CollectionCount(0) == _collections)
        {
            if (GC.GetTotalAllocatedBytes() - _allocatedBefore < Threshold)
            {
                return;
            }

            GC.Collect(0);
        }

        _collections = GC.CollectionCount(0);
        _allocatedBefore = GC.GetTotalAllocatedBytes();
    }
}
