using Softlan.Roles.Shared;
using Softlan.Wire;
using Xunit;

namespace Softlan.Tests.Roles.Shared;

public sealed class SessionReporterTests : IDisposable
{
    private static readonly string PortBusy = DropMeanings.Of(DropReason.PortBusy);

    private readonly SessionBench _bench = new();
    private readonly PeerCounters _port = new();
    private readonly SessionReporter _reporter;

    public SessionReporterTests()
    {
        _reporter = new SessionReporter(_bench.Lane, _bench.Session, console: null, _bench.Log, DropReason.NotConnected);
        _reporter.Start();
    }

    public void Dispose()
    {
        _reporter.Dispose();
        _bench.Dispose();
    }

    [Fact]
    public void EachMinute_TellsWhatSessionAndPortHaveDroppedSince()
    {
        _reporter.OnPortOpened(_port, hasGateway: true);
        _bench.Session.Counters.Drop(DropReason.RateLimited);
        _port.Drop(DropReason.PortBusy);
        _port.Drop(DropReason.NotConnected);
        PassAMinute();
        Assert.Equal(
            "Warning: Dropped in the last minute: RateLimited 1 (more than a player or gateway is allowed to send), PortBusy 1 (" + PortBusy + ")",
            Assert.Single(Told()));

        PassAMinute();
        Assert.Single(Told());

        _port.Drop(DropReason.PortBusy);
        PassAMinute();
        Assert.Equal($"Warning: Dropped in the last minute: PortBusy 1 ({PortBusy})", Told().Last());
    }

    [Fact]
    public void BeforeThePortIsOpen_NothingIsTold_AndNothingForgotten()
    {
        _bench.Session.Counters.Drop(DropReason.RateLimited);
        PassAMinute();
        Assert.Empty(Told());

        _reporter.OnPortOpened(_port, hasGateway: true);
        PassAMinute();
        Assert.Single(Told());
    }

    [Fact]
    public void Finish_TellsTheLastDrops_AndNoMore()
    {
        _reporter.OnPortOpened(_port, hasGateway: true);
        _port.Drop(DropReason.PortBusy);
        _reporter.Finish();
        Assert.Single(Told());

        _port.Drop(DropReason.PortBusy);
        PassAMinute();
        Assert.Single(Told());
    }

    private void PassAMinute() => _bench.Lane.Advance(SessionReporter.DropReportInterval);

    private IEnumerable<string> Told() => _bench.Log.Lines.Where(line => line.Contains("Dropped", StringComparison.Ordinal));
}
