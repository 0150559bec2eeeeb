using Softlan.Platform;
using Softlan.Roles.Relay;
using Xunit;

namespace Softlan.Tests.Roles.Relay;

public sealed class RefusalReportTests
{
    private readonly RefusalReport _report = new(new RelayOptions { StateDirectory = "/nowhere", ServerName = "relay", Workers = 2 });

    [Fact]
    public void Next_NobodyWasTurnedAway_IsNull() => Assert.Null(_report.Next(0, default));

    [Fact]
    public void Next_NamesEveryReasonAndItsOption() => Assert.Equal(
        "3 while the relay was full (--max-peers 4096), "
        + "2 from addresses at their limit (--max-links-per-address 64), "
        + "1 while too many others were connecting (--workers 2)",
        _report.Next(6, new LinkRefusals(Full: 3, AddressFull: 2)));

    [Fact]
    public void Next_Again_TellsOnlyWhatIsNew()
    {
        _report.Next(6, new LinkRefusals(3, 2));
        Assert.Null(_report.Next(6, new LinkRefusals(3, 2)));
        Assert.Equal("2 while the relay was full (--max-peers 4096)", _report.Next(8, new LinkRefusals(5, 2)));
    }

    [Fact]
    public void Next_QuotaRefusedOnAfterTheListenerWasAsked_NobodyIsToldTwice()
    {
        Assert.Equal("2 while the relay was full (--max-peers 4096)", _report.Next(1, new LinkRefusals(2, 0)));
        Assert.Null(_report.Next(2, new LinkRefusals(2, 0)));
    }
}
