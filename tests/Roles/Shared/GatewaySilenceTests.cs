using Softlan.Roles.Shared;
using Xunit;

namespace Softlan.Tests.Roles.Shared;

public sealed class GatewaySilenceTests
{
    private readonly RecordingLogger _log = new();
    private readonly GatewaySilence _silence;
    private RoundTrip _relay;
    private RoundTrip _gateway;
    private TimeSpan _now = TimeSpan.FromSeconds(100);

    public GatewaySilenceTests() => _silence = new GatewaySilence(_log);

    private IEnumerable<string> Said => _log.Lines.Select(line => line.Contains("any more", StringComparison.Ordinal) ? "any more" : "again");

    [Fact]
    public void Look_GatewayIsSilent_IsToldOnce_AndThatItIsBack()
    {
        Pass(seconds: 3, relay: true, gateway: true);
        Pass(seconds: 4, relay: true, gateway: false);
        Assert.Empty(_log.Lines);
        Pass(seconds: 20, relay: true, gateway: false);
        Assert.Equal(["any more"], Said);
        Pass(seconds: 3, relay: true, gateway: true);
        Assert.Equal(["any more", "again"], Said);
        Pass(seconds: 7, relay: true, gateway: false);
        Assert.Equal(["any more", "again", "any more"], Said);
    }

    [Fact]
    public void Look_RelayIsSilentAsWell_IsNotTheGatewaysNews()
    {
        Pass(seconds: 3, relay: true, gateway: true);
        Pass(seconds: 14, relay: false, gateway: false);
        Assert.Empty(_log.Lines);
    }

    [Fact]
    public void Look_ThisSidesOutageEnds_TheRelayIsHeardAMomentBefore()
    {
        Pass(seconds: 3, relay: true, gateway: true);
        Pass(seconds: 9, relay: false, gateway: false);
        Pass(seconds: 1, relay: true, gateway: false);
        Pass(seconds: 3, relay: true, gateway: true);
        Assert.Empty(_log.Lines);
    }

    [Fact]
    public void Look_GatewayLeft_SaysNothingMore()
    {
        Pass(seconds: 3, relay: true, gateway: true);
        Pass(seconds: 7, relay: true, gateway: false);
        _gateway = default; // The relay has said so, and another may come.
        Pass(seconds: 6, relay: true, gateway: false);
        Pass(seconds: 3, relay: true, gateway: true);
        Assert.Equal(["any more"], Said);
    }

    private void Pass(int seconds, bool relay, bool gateway)
    {
        for (int i = 0; i < seconds; i++)
        {
            _now += TimeSpan.FromSeconds(1);
            Answer(ref _relay, relay);
            Answer(ref _gateway, gateway);
            _silence.Look(_gateway, _relay, _now);
        }
    }

    private void Answer(ref RoundTrip trip, bool answers)
    {
        if (answers)
        {
            trip.Add(TimeSpan.FromMilliseconds(5), _now);
        }
    }
}
