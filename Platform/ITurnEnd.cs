namespace Softlan.Platform;

/// <summary>Collects work during a turn and does it in one go at its end: sendmmsg, a batch of TAP writes.</summary>
internal interface ITurnEnd
{
    void OnTurnEnd();
}
