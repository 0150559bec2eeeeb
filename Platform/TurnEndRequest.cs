namespace Softlan.Platform;

/// <summary>Asks a lane for the end of its turn, once however often it is made.</summary>
/// <param name="lane">Whose turn it is.</param>
/// <param name="target">What is told that the turn ends.</param>
internal struct TurnEndRequest(IEnterableLane lane, ITurnEnd target)
{
    private bool _isMade;

    public void Make()
    {
        if (!_isMade)
        {
            _isMade = true;
            lane.AtTurnEnd(target);
        }
    }

    /// <summary>The turn ends: what comes from now on is for another. Call it first in <see cref="ITurnEnd.OnTurnEnd"/>.</summary>
    public void Begin() => _isMade = false;
}
