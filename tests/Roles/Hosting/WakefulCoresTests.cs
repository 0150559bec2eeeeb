using Microsoft.Extensions.Logging.Abstractions;
using Softlan.Platform;
using Softlan.Roles.Hosting;
using Softlan.Tests.Fakes;
using Softlan.Wire;
using Xunit;

namespace Softlan.Tests.Roles.Hosting;

public sealed class WakefulCoresTests
{
    private readonly ManualLane _lane = new();
    private readonly Recorder _held = new();
    private long _frames = 1_000_000; // Whatever was before does not count.

    [Fact]
    public void OnTimer_SomebodyPlays_HoldsUntilNobodyHasForAWhile()
    {
        using WakefulCores cores = Start();
        Pass(WakefulCores.MinFrames - 1, times: 3);
        Assert.Equal("", _held.Story);

        Pass(WakefulCores.MinFrames, times: 30);
        Assert.Equal("hold", _held.Story);

        Pass(0, times: WakefulCores.QuietIntervals - 1);
        Pass(WakefulCores.MinFrames, times: 1);
        Pass(WakefulCores.MinFrames - 1, times: WakefulCores.QuietIntervals - 1);
        Assert.Equal("hold", _held.Story);

        Pass(0, times: 1);
        Assert.Equal("hold release", _held.Story);

        Pass(WakefulCores.MinFrames, times: 1);
        Assert.Equal("hold release hold", _held.Story);
    }

    [Fact]
    public void OnTimer_Refused_IsNotTriedAgain()
    {
        _held.Refuses = true;
        using WakefulCores cores = Start();
        Pass(1000, times: 30);
        Assert.Equal("refused", _held.Story);
    }

    [Fact]
    public void Dispose_Releases()
    {
        using (Start())
        {
            Pass(1000, times: 1);
        }

        Assert.Equal("hold release", _held.Story);
        Pass(1000, times: 30);
        Assert.Equal("hold release", _held.Story);
    }

    private WakefulCores Start()
    {
        WakefulCores cores = new(_lane, _held, () => _frames, NullLogger.Instance);
        Pass(0, times: 1);
        return cores;
    }

    private void Pass(int frames, int times)
    {
        for (int i = 0; i < times; i++)
        {
            _frames += frames;
            _lane.Advance(WakefulCores.Interval);
        }
    }

    private sealed class Recorder : IWakefulness
    {
        public bool Refuses { get; set; }

        public string Story { get; private set; } = "";

        public void Hold()
        {
            Tell(Refuses ? "refused" : "hold");
            if (Refuses)
            {
                throw SoftlanException.Create("Cannot", "for a test", "none");
            }
        }

        public void Release() => Tell("release");

        private void Tell(string what) => Story = $"{Story} {what}".TrimStart();
    }
}
