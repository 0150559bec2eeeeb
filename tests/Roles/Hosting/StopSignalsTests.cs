using Softlan.Roles.Hosting;
using Softlan.Tests.Fakes;
using Xunit;
using Meaning = Softlan.Roles.Hosting.StopSignals.Meaning;

namespace Softlan.Tests.Roles.Hosting;

public sealed class StopSignalsTests
{
    private readonly ManualClock _clock = new();

    [Fact]
    public void Note_ASecondOneLater_EndsNow()
    {
        StopSignals signals = new(_clock);
        Assert.Equal(Meaning.Stop, signals.Note());
        _clock.Advance(StopSignals.EchoTime);
        Assert.Equal(Meaning.EndNow, signals.Note());
    }

    [Fact]
    public void Note_ToTheProcessAndThenToItsGroup_IsOne()
    {
        StopSignals signals = new(_clock);
        Assert.Equal(Meaning.Stop, signals.Note());
        _clock.Advance(TimeSpan.FromMilliseconds(5));
        Assert.Equal(Meaning.Echo, signals.Note());
    }
}
