using Softlan.Platform;
using Softlan.Roles.Client;
using Softlan.Roles.Client.Windows;
using Softlan.Tests.Fakes;
using Softlan.Tests.Platform.Windows;
using Softlan.Wire;
using Xunit;

namespace Softlan.Tests.Roles.Client.Windows;

/// <summary>A player's Windows PC in memory, with a client's host on it.</summary>
public abstract class WindowsHostBench : IDisposable
{
    private protected static readonly MacAddress Own = MacAddress.FromUInt64(0x02_00_5e_10_00_21);

    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(250);

    private readonly TemporaryDirectory _directory = new();

    private protected ManualLane Lane { get; } = new();

    private protected RecordingLogger Log { get; } = new();

    private protected FakeWindowsMachine Machine { get; } = new();

    private protected IdlePort Handler { get; } = new();

    private protected WindowsClientHost? Host { get; private set; }

    private protected IEnumerable<string> Journals => Directory.GetFiles(_directory.Path);

    private protected FakeTapDevice Device => Machine.Device!;

    public void Dispose()
    {
        Host?.Changes.UndoAll();
        Host?.Dispose();
        _directory.Dispose();
        GC.SuppressFinalize(this);
    }

    private protected WindowsClientHost Create(Func<ClientOptions, ClientOptions>? change = null)
    {
        ClientOptions options = new()
        {
            Join = new Softlan.Roles.Shared.JoinOptions { Room = Room() },
            IdentityPath = _directory.File("identity.json"),
            StateDirectory = _directory.Path,
            Tap = "",
        };
        return Host = new WindowsClientHost(Lane, change?.Invoke(options) ?? options, Machine, Log);
    }

    private protected void Ready(Func<ClientOptions, ClientOptions>? change = null)
    {
        Create(change).CheckReady();
        Host!.CleanLeftovers();
    }

    private protected void Open(Func<ClientOptions, ClientOptions>? change = null)
    {
        Ready(change);
        MacAddress mac = Host!.ChooseMac(() => Own);
        Host.OpenPort(mac).Start(Handler);
        Machine.Story.Clear();
    }

    /// <summary>Lets time pass on the lane until something is so, for three minutes at most.</summary>
    private protected void WaitFor(Func<bool> condition)
    {
        TimeSpan end = Lane.Now + TimeSpan.FromMinutes(3);
        while (!condition() && Lane.Now < end)
        {
            Pass(Step);
        }

        Assert.True(condition());
    }

    /// <summary>Lets time pass on the lane. What is done off it is done after each step, and comes back at once.</summary>
    private protected void Pass(TimeSpan time)
    {
        for (TimeSpan end = Lane.Now + time; Lane.Now < end;)
        {
            Lane.Advance(Step);
            while (Machine.DoOffLane())
            {
                Lane.Run();
            }
        }
    }

    private static RoomCode Room()
    {
        Assert.True(RoomCode.TryParse("LAN-2026", out RoomCode room));
        return room;
    }

    internal sealed class IdlePort : IFramePortHandler
    {
        public SoftlanException? Failure { get; private set; }

        public void OnFrame(Span<byte> frame, FrameOrigin origin)
        {
        }

        public void OnPortFailed(SoftlanException reason) => Failure = reason;
    }
}
