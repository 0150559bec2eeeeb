namespace Softlan.Roles.Client;

/// <summary>Tells the host when somebody at the party can answer, and whether that is news.</summary>
internal sealed class LanNews(IClientHost host)
{
    /// <summary>The gateway was there when it was last heard of. The loss of the relay alone changes nothing in that.</summary>
    private bool _isKnown;

    /// <summary>The room was joined, for the first time or again.</summary>
    public void OnJoined(bool reachesLan)
    {
        _isKnown &= reachesLan;
        if (reachesLan)
        {
            OnPresent();
        }
    }

    public void OnPresent()
    {
        bool isNew = !_isKnown;
        _isKnown = true;
        host.OnGatewayPresent(isNew);
    }

    public void OnGone()
    {
        _isKnown = false;
        host.OnGatewayGone();
    }

    public void OnRelayLost() => host.OnGatewayGone();
}
