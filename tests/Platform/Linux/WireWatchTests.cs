using System.Runtime.Versioning;
using Softlan.Platform;
using Softlan.Platform.Linux;
using Xunit;

namespace Softlan.Tests.Platform.Linux;

[SupportedOSPlatform("linux")]
public sealed class WireWatchTests
{
    private readonly WireWatch _watch = new(1500);
    private readonly PortRecorder _recorder = new();

    [Fact]
    public void TellState_EachChangeIsToldOnce()
    {
        foreach (WireState state in (WireState[])[WireState.Connected, WireState.Down, WireState.Down, WireState.Unplugged, WireState.Connected])
        {
            _watch.TellState(state, _recorder);
            Assert.Equal(state, _watch.State);
        }

        Assert.Equal([WireState.Down, WireState.Unplugged, WireState.Connected], _recorder.Wire);
        Assert.Empty(_recorder.Mtus);
    }

    [Fact]
    public void TellMtu_EachChangeIsToldOnce()
    {
        foreach (int mtu in (int[])[1500, 1400, 1400, 1500])
        {
            _watch.TellMtu(mtu, _recorder);
        }

        Assert.Equal([1400, 1500], _recorder.Mtus);
        Assert.Empty(_recorder.Wire);
    }

    [Fact]
    public void Tell_NobodyHears_IsNoNewsLater()
    {
        _watch.TellState(WireState.Gone, handler: null);
        _watch.TellMtu(1400, handler: null);
        _watch.TellState(WireState.Gone, _recorder);
        _watch.TellMtu(1400, _recorder);
        Assert.Empty(_recorder.Wire);
        Assert.Empty(_recorder.Mtus);
    }
}
