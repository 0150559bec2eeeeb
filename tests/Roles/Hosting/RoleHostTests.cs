using Microsoft.Extensions.Logging.Abstractions;
using Softlan.Roles.Hosting;
using Softlan.Tests.Fakes;
using Softlan.Wire;
using Xunit;

namespace Softlan.Tests.Roles.Hosting;

public sealed class RoleHostTests : IDisposable
{
    private readonly ManualLane _lane = new();
    private readonly ProbeRole _role = new();

    public void Dispose() => _role.Dispose();

    [Fact]
    public void Run_RoleNeverEnds_IsDisposedAfterTheStopTimeout()
    {
        using RoleHost host = Host(() => true);
        _role.OnStart = host.OnHangUp;
        _role.IgnoresStop = true;
        Assert.Equal(ExitCodes.Success, host.Run(() => _role));
        Assert.Equal("start stop dispose", _role.Story);
        Assert.True(_lane.Now >= RoleHost.StopTimeout);
    }

    [Fact]
    public void Run_RoleFails_ThrowsItsFailureAfterDisposing()
    {
        using RoleHost host = Host();
        _role.OnStart = () => _lane.Post(() => _role.Ended!(SoftlanException.Create("Cannot go on", "the interface is gone")));
        Assert.Equal("Cannot go on: the interface is gone.", Assert.Throws<SoftlanException>(() => host.Run(() => _role)).Message);
        Assert.Equal("start dispose", _role.Story);
    }

    [Fact]
    public void Run_StartThrows_IsDisposed()
    {
        using RoleHost host = Host();
        _role.OnStart = () => throw new InvalidOperationException("a bug");
        Assert.Throws<InvalidOperationException>(() => host.Run(() => _role));
        Assert.Equal("start dispose", _role.Story);
    }

    [Theory]
    [InlineData(true, "start stop dispose")]
    [InlineData(false, "start hang-up dispose")]
    public void OnHangUp_StopsWhenTheTerminalIsGone_AndElseAsksTheRole(bool isGone, string story)
    {
        using RoleHost host = Host(() => isGone);
        _role.OnStart = host.OnHangUp;
        Assert.Equal(ExitCodes.Success, host.Run(() => _role));
        Assert.Equal(story, _role.Story);
    }

    [Fact]
    public void OnHangUp_Twice_IsNoHurry()
    {
        using RoleHost host = Host(() => true);
        _role.OnStart = () =>
        {
            host.OnHangUp();
            host.OnHangUp();
        };
        _role.IgnoresStop = true;
        Assert.Equal(ExitCodes.Success, host.Run(() => _role));
        Assert.Equal("start stop stop dispose", _role.Story);
        Assert.True(_lane.Now >= RoleHost.StopTimeout);
    }

    private RoleHost Host(Func<bool>? hasLostTerminal = null) => new(
        _lane,
        stop =>
        {
            while (!stop.IsCancellationRequested)
            {
                _lane.Advance(TimeSpan.FromSeconds(1));
                Thread.Sleep(1); // What signals cause is posted by other threads.
            }
        },
        NullLogger.Instance,
        hasLostTerminal: hasLostTerminal);

    private sealed class ProbeRole : IRole
    {
        public Action? OnStart { get; set; }

        public bool IgnoresStop { get; set; }

        public Action<SoftlanException?>? Ended { get; private set; }

        public string Story { get; private set; } = "";

        public long Frames => 0;

        public void Start(Action<SoftlanException?> ended)
        {
            Ended = ended;
            Tell("start");
            OnStart?.Invoke();
        }

        public void Stop()
        {
            Tell("stop");
            if (!IgnoresStop)
            {
                Ended!(null);
            }
        }

        public void HangUp()
        {
            Tell("hang-up");
            Ended!(null);
        }

        public void Dispose() => Tell("dispose");

        private void Tell(string what) => Story = $"{Story} {what}".TrimStart();
    }
}
