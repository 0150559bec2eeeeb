using Softlan.Platform;
using Softlan.Roles.Hosting;
using Softlan.Wire;
using Xunit;

namespace Softlan.Tests.Roles.Hosting;

/// <summary>A role on a lane that has no thread of its own: everything it does still happens on the lane.</summary>
public sealed class SharedLaneHostTests : IDisposable
{
    private static readonly LoggingOptions Quiet = new(Microsoft.Extensions.Logging.LogLevel.None);

    private readonly IdleEngine _engine = new();

    public void Dispose() => _engine.Dispose();

    [Fact]
    public void Run_RoleEnds_IsDisposedOnTheLaneAndSucceeds()
    {
        ProbeRole role = null!;
        Assert.Equal(ExitCodes.Success, SharedLaneHost.Run(
            Quiet,
            clock: null,
            (_, _) => _engine,
            (lane, _, _) => role = new ProbeRole(lane, (probe, ended) => lane.Post(() => ended(null)))));
        Assert.Equal(["start", "dispose"], role.Story);
        Assert.True(_engine.IsDisposed);
        Assert.True(_engine.HasSaidFarewell);
    }

    [Fact]
    public void Run_RoleFails_ThrowsItsFailure()
    {
        SoftlanException failure = SoftlanException.Create("Cannot go on", "the adapter is gone");
        Assert.Same(failure, Assert.Throws<SoftlanException>(() => SharedLaneHost.Run(
            Quiet,
            clock: null,
            (_, _) => _engine,
            (lane, _, _) => new ProbeRole(lane, (_, ended) => lane.Post(() => ended(failure))))));
    }

    [Fact]
    public void Run_StartThrows_IsDisposedAndThrowsIt()
    {
        SoftlanException failure = SoftlanException.Create("Cannot start", "no adapter");
        ProbeRole role = null!;
        Assert.Same(failure, Assert.Throws<SoftlanException>(() => SharedLaneHost.Run(
            Quiet,
            clock: null,
            (_, _) => _engine,
            (lane, _, _) => role = new ProbeRole(lane, (_, _) => throw failure))));
        Assert.Equal(["start", "dispose"], role.Story);
        Assert.True(_engine.IsDisposed);
    }

    [Fact]
    public void Run_ABugOnTheLane_UndoesEverythingAndKeepsItsStackTrace()
    {
        ProbeRole role = null!;
        InvalidOperationException bug = Assert.Throws<InvalidOperationException>(() => SharedLaneHost.Run(
            Quiet,
            clock: null,
            (_, _) => _engine,
            (lane, _, _) => role = new ProbeRole(lane, (_, _) => lane.Post(Break))));
        Assert.Contains(nameof(Break), bug.StackTrace, StringComparison.Ordinal);
        Assert.Equal(["start", "dispose"], role.Story);
        Assert.True(_engine.IsDisposed);

        static void Break() => throw new InvalidOperationException("a bug");
    }

    [Fact]
    public void Run_NoRoleIsMade_TheEngineGoesAllTheSame()
    {
        Assert.Throws<InvalidOperationException>(() => SharedLaneHost.Run(
            Quiet,
            clock: null,
            (_, _) => _engine,
            (_, _, _) => throw new InvalidOperationException("a bug")));
        Assert.True(_engine.IsDisposed);
    }

    private sealed class IdleEngine : IQuicEngine, IFarewell
    {
        public bool IsDisposed { get; private set; }

        /// <summary>Somebody waited for it.</summary>
        public bool HasSaidFarewell { get; private set; }

        public ILinkListener Listen(ListenOptions options, ILinkAcceptor acceptor) => throw new NotSupportedException();

        public IFrameLink Connect(ConnectOptions options, PeerCounters counters, IFrameLinkHandler handler) => throw new NotSupportedException();

        public void NetworkChanged()
        {
        }

        public ServerCertificate GenerateCertificate(string serverName) => throw new NotSupportedException();

        public CertificatePin Inspect(ServerCertificate certificate, string origin) => throw new NotSupportedException();

        public void Dispose() => IsDisposed = true;

        public void Wait() => HasSaidFarewell = IsDisposed;
    }

    private sealed class ProbeRole(SharedLane lane, Action<ProbeRole, Action<SoftlanException?>> start) : IRole
    {
        private readonly SharedLane _lane = lane;
        private int _inside;

        public List<string> Story { get; } = [];

        public long Frames => 0;

        public void Start(Action<SoftlanException?> ended)
        {
            Note("start");
            start(this, ended);
        }

        public void Stop() => Note("stop");

        public void HangUp() => Note("hang-up");

        public void Dispose() => Note("dispose");

        /// <summary>On the lane, posted work waits for its turn instead of running within this.</summary>
        private void Note(string what)
        {
            Story.Add(what);
            _inside++;
            _lane.Post(() => _inside--);
            Assert.Equal(1, _inside);
        }
    }
}
