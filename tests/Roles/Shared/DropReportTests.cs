using Softlan.Roles.Shared;
using Softlan.Wire;
using Xunit;

namespace Softlan.Tests.Roles.Shared;

public sealed class DropReportTests
{
    private readonly PeerCounters _link = new();
    private readonly PeerCounters _port = new();

    [Fact]
    public void Next_NothingWasDropped_IsNull() => Assert.Null(new DropReport().Next(_link, _port));

    [Fact]
    public void Next_AddsUpByReasonInTheOrderOfTheReasons()
    {
        _port.Drop(DropReason.PortBusy, 2);
        _link.Drop(DropReason.RateLimited, 3);
        _port.Drop(DropReason.RateLimited);
        Assert.Equal("RateLimited 4, PortBusy 2", new DropReport().Next(_link, _port));
    }

    [Fact]
    public void Next_Again_TellsOnlyWhatIsNew()
    {
        DropReport report = new();
        _link.Drop(DropReason.TooOld, 5);
        Assert.Equal("TooOld 5", report.Next(_link));
        Assert.Null(report.Next(_link));
        _link.Drop(DropReason.TooOld);
        Assert.Equal("TooOld 1", report.Next(_link));
    }

    [Fact]
    public void Next_ExpectedDrops_AreLeftOut()
    {
        DropReport report = new(DropReason.NotConnected);
        _link.Drop(DropReason.NotConnected);
        Assert.Null(report.Next(_link));
        _link.Drop(DropReason.Malformed);
        Assert.Equal("Malformed 1", report.Next(_link));
    }

    /// <summary>A player has no page to look a name up.</summary>
    [Fact]
    public void EveryReason_HasAMeaningOfItsOwn()
    {
        string[] meanings = [.. Enum.GetValues<DropReason>().Select(DropMeanings.Of)];
        Assert.Equal(meanings.Length, meanings.Distinct().Count());
        Assert.All(meanings, meaning =>
        {
            Assert.InRange(meaning.Length, 5, 110);
            Assert.False(meaning.EndsWith('.'), meaning);
        });
    }
}
