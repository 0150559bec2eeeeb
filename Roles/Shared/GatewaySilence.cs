using Microsoft.Extensions.Logging;

namespace Softlan.Roles.Shared;

/// <summary>Notices a gateway that does not answer any more: whoever plays should not look for the reason at home. That it is gone the relay says
/// only when its link has timed out, half a minute later.</summary>
internal sealed class GatewaySilence(ILogger logger)
{
    /// <summary>Five answers in a row that did not come; a bad moment of the party's internet is over by then.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>The relay has answered within this, so what is silent is beyond it; the answer to a probe a second is never older on a good
    /// line.</summary>
    private static readonly TimeSpan RelayIsHeard = TimeSpan.FromSeconds(2);

    /// <summary>Looks in a row that must find it: where this side's own outage ends, the relay's answer may come a moment before the
    /// gateway's.</summary>
    private const int Looks = 2;

    private bool _isTold;
    private int _silentLooks;

    /// <summary>Called with each probe.</summary>
    /// <param name="gateway">Unknown while there is no gateway, or it has not answered yet.</param>
    /// <param name="relay">Where it is silent as well, the trouble is on this side, or the relay's.</param>
    /// <param name="now">The lane's time.</param>
    public void Look(in RoundTrip gateway, in RoundTrip relay, TimeSpan now)
    {
        if (!gateway.IsKnown)
        {
            _isTold = false;
            _silentLooks = 0;
            return;
        }

        bool isSilent = gateway.SilenceAt(now) >= Patience;
        _silentLooks = isSilent && relay.IsKnown && relay.SilenceAt(now) < RelayIsHeard ? _silentLooks + 1 : 0;
        if (!_isTold && _silentLooks >= Looks)
        {
            _isTold = true;
            SessionLog.GatewaySilent(logger);
        }
        else if (_isTold && !isSilent)
        {
            _isTold = false;
            SessionLog.GatewayAnswers(logger);
        }
    }
}
