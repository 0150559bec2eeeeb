using Softlan.Roles.Shared;
using Softlan.Wire;
using Xunit;

namespace Softlan.Tests.Roles.Shared;

public sealed class SessionStatusTests
{
    [Fact]
    public void Describe_SaysWhatIsTroubleFirst_WithoutWhatIsExpected()
    {
        using SessionBench bench = new();
        PeerCounters port = new();
        SessionStatus status = new(bench.Lane, bench.Session, hasGateway: true, port, DropReason.SwitchControl);
        Assert.Equal("not connected to the relay", status.Describe());

        bench.Join(SessionBench.Anna);
        port.Drop(DropReason.PortBusy, 2);
        port.Drop(DropReason.SwitchControl, 3);
        bench.Session.Counters.Drop(DropReason.Jumbo);
        bench.Session.Counters.BytesIn += 150_000;
        bench.Pass(TimeSpan.FromSeconds(1));
        Assert.Equal("relay ? | no gateway | 1 peer | 3 dropped | in 1.2 Mbit/s | out 0 kbit/s", status.Describe());
        bench.Pass(TimeSpan.FromSeconds(1));
        Assert.EndsWith("| in 0 kbit/s | out 0 kbit/s", status.Describe(), StringComparison.Ordinal);
    }

    [Fact]
    public void Describe_NoAnswerForSeconds_SaysSoInsteadOfTheLastRoundTrip()
    {
        using SessionBench bench = new();
        SessionStatus status = new(bench.Lane, bench.Session, hasGateway: true, new PeerCounters());
        bench.Join(SessionBench.Gateway);
        bench.Pass(TimeSpan.FromSeconds(1));
        bench.AnswerProbe(ProbeBody.RelayId, ProbeBody.RelayId);
        bench.AnswerProbe(SessionBench.Gateway.Id, SessionBench.Gateway.Id);
        bench.Pass(TimeSpan.FromSeconds(2));
        Assert.DoesNotContain("silent", status.Describe(), StringComparison.Ordinal);
        bench.Pass(TimeSpan.FromSeconds(1));
        bench.AnswerProbe(ProbeBody.RelayId, ProbeBody.RelayId);
        bench.Pass(TimeSpan.FromSeconds(1));
        Assert.Matches("^relay [0-9.]+ ms \\| gateway silent for 4 s \\| ", status.Describe());
    }
}
