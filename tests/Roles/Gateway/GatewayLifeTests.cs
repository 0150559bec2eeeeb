using Microsoft.Extensions.Logging.Abstractions;
using Softlan.Platform;
using Softlan.Roles.Gateway;
using Softlan.Roles.Shared;
using Softlan.Tests.Roles.Shared;
using Softlan.Wire;
using Softlan.Wire.Control;
using Xunit;

namespace Softlan.Tests.Roles.Gateway;

public sealed class GatewayLifeTests : IDisposable
{
    private readonly string _directory = Path.Combine(Path.GetTempPath(), $"softlan-gateway-{Guid.NewGuid():n}");

    public void Dispose()
    {
        if (Directory.Exists(_directory))
        {
            Directory.Delete(_directory, recursive: true);
        }
    }

    [Fact]
    public void Start_ThePortReadsBeforeTheRelayIsConnected()
    {
        using GatewayBench bench = new();
        bench.Start();
        Assert.True(bench.Port.IsStarted);
        HelloMessage hello = HelloAfterConnect(bench);
        Assert.Equal((PeerRole.Gateway, MacAddress.Zero, "lan"), (hello.Role, hello.Mac, hello.Name));
    }

    [Theory]
    [InlineData("lan-party-26", 1)]
    [InlineData("7kq2-m9tx-w4hb", 0)]
    public void Start_ARoomCodeThatMayBeGuessed_IsWarnedOf(string code, int times)
    {
        Assert.True(RoomCode.TryParse(code, out RoomCode room));
        using GatewayBench bench = new(room: room);
        bench.Start();
        Assert.Equal(times, bench.Log.Count($"Warning: Room code {code} may be guessed, and whoever guesses it is on your LAN. Hint: "));
    }

    [Fact]
    public void Stop_SaysByeClosesThePortAndEnds()
    {
        using GatewayBench bench = new();
        bench.Join(GatewayBench.Anna);
        bench.Gateway.Stop();
        bench.Gateway.Stop();
        bench.Lane.Advance(TimeSpan.FromSeconds(1));

        Assert.True(bench.Port.IsDisposed);
        Assert.Equal((true, null), bench.End);
        Assert.Equal(CloseReason.Normal, Assert.Single(bench.SaidToRelay<ByeMessage>()).Reason);
        Assert.Contains("\"bye\"", bench.Link.SentControl[^1], StringComparison.Ordinal);
        Assert.Equal(CloseReason.Normal, bench.Link.ClosedWith!.Value.Reason);
    }

    [Fact]
    public void PortFails_SaysByeAndEndsWithTheReason()
    {
        using GatewayBench bench = new();
        bench.Join(GatewayBench.Anna);
        bench.Port.Fail("Interface 'eth0' is gone");
        bench.Lane.Advance(TimeSpan.FromSeconds(1));

        Assert.Contains("eth0", bench.End.Reason!.Message, StringComparison.Ordinal);
        Assert.Equal(CloseReason.ShuttingDown, bench.Link.ClosedWith!.Value.Reason);
    }

    [Fact]
    public void Wire_EachTroubleHasItsOwnAdvice()
    {
        using GatewayBench bench = new();
        bench.Start();
        bench.Port.Change(WireState.Down);
        Assert.Equal(1, bench.Log.Count("ip link set eth0 up"));
        bench.Port.Change(WireState.Unplugged);
        Assert.Equal(1, bench.Log.Count("Hint: plug in the cable"));
        bench.Port.Change(WireState.Gone);
        Assert.Equal(1, bench.Log.Count("eth0 is gone: the LAN cannot be reached. Hint: plug it in or make it again"));
        bench.Port.Change(WireState.Detached);
        Assert.Equal(1, bench.Log.Count("was taken out of eth0: the LAN cannot be reached. It is put back"));
        bench.Port.Change(WireState.Taken);
        Assert.Equal(1, bench.Log.Count("put elsewhere: the LAN cannot be reached. It is left there"));
        bench.Port.Change(WireState.Connected);
        Assert.Equal(1, bench.Log.Count("has a carrier again"));
    }

    [Fact]
    public void Wire_TheInterfaceIsThereAgain_IsSaidAndWhatKeepsItToo()
    {
        using GatewayBench bench = new();
        bench.Join(GatewayBench.Anna);
        bench.Port.Change(WireState.Gone);
        bench.Port.RefuseReturn("Cannot bridge interface 'eth0'");
        Assert.Equal(1, bench.Log.Count("eth0 is there again, but the LAN still cannot be reached. Cannot bridge interface 'eth0': "));
        bench.Port.Change(WireState.Connected);
        Assert.Equal(1, bench.Log.Count($"eth0 ({bench.Port.Address}) is there again: bridging goes on"));
        Assert.Equal(0, bench.Log.Count("carrier"));
        Assert.Equal([true, false, true], bench.SaidToRelay<LanMessage>().Select(lan => lan.IsConnected));
        Assert.Null(bench.End.Reason);
    }

    [Fact]
    public void Start_ThisHostIsNotReached_IsSaid()
    {
        using GatewayBench bench = new();
        bench.Start();
        bench.Port.LoseHost("a test said so");
        Assert.Equal(1, bench.Log.Count("cannot reach this machine itself through eth0, only the other machines on its LAN: a test said so"));
    }

    [Fact]
    public void Start_TheFirewallJudgesTheBridge_IsSaidWithWhatToDo()
    {
        using GatewayBench bench = new();
        bench.Start();
        bench.Port.Filter("IPv4 and IPv6");
        Assert.Equal(1, bench.Log.Count("Warning: This machine's firewall also filters what eth0 forwards (IPv4 and IPv6; br_netfilter)."));
        Assert.Equal(1, bench.Log.Count("Hint: iptables -I FORWARD -i eth0 -o eth0 -j ACCEPT"));
    }

    /// <summary>After minutes without a way, attempts are ten seconds apart.</summary>
    [Fact]
    public void Uplink_IsBackWhileTheGatewayWaits_TriesAtOnce()
    {
        using GatewayBench bench = new();
        bench.Start();
        for (int i = 0; i < 8; i++)
        {
            bench.Link.Lose(LinkCloseKind.Unreachable);
            bench.Pass(TimeSpan.FromSeconds(11));
        }

        bench.Link.Lose(LinkCloseKind.Unreachable);
        bench.Lane.Advance(TimeSpan.FromSeconds(1));
        int attempts = bench.Engine.Links.Count;
        bench.Uplink.Change();
        bench.Lane.Run();
        Assert.Equal(attempts + 1, bench.Engine.Links.Count);
        Assert.Equal([System.Net.IPAddress.Parse("192.0.2.1")], bench.Uplink.Relays.Distinct());

        // Joined it may have to migrate; ended it is nobody's business.
        bench.Welcome(GatewayBench.Anna);
        int changes = bench.Engine.NetworkChanges;
        bench.Uplink.Change();
        Assert.Equal((attempts + 1, changes + 1), (bench.Engine.Links.Count, bench.Engine.NetworkChanges));
        bench.Gateway.Stop();
        bench.Uplink.Change();
        Assert.Equal(changes + 1, bench.Engine.NetworkChanges);
        bench.Gateway.Dispose();
        Assert.True(bench.Uplink.IsDisposed);
    }

    [Fact]
    public void Mtu_SmallerThanTheRooms_IsSaidUntilItIsEnough()
    {
        using GatewayBench bench = new();
        bench.Join(GatewayBench.Anna);
        bench.Port.ChangeMtu(9000);
        Assert.Equal(0, bench.Log.Count("The MTU of"));
        bench.Port.ChangeMtu(1400);
        Assert.Equal(1, bench.Log.Count("The MTU of eth0 is 1400 bytes now and the room's is 1500: larger packets are lost"));
        Assert.Equal(1, bench.Log.Count("ip link set eth0 mtu 1500"));
        bench.Port.ChangeMtu(1500);
        Assert.Equal(1, bench.Log.Count("The MTU of eth0 is 1500 bytes now, which is enough"));
    }

    [Fact]
    public void Room_NobodyComes_IsSaidOnceAfterAWhile()
    {
        using GatewayBench bench = new();
        bench.Join();
        bench.Pass(GatewayRole.PlayerPatience - TimeSpan.FromSeconds(1));
        Assert.Equal(0, bench.Log.Count("Nobody else is in room"));
        bench.Pass(10 * GatewayRole.PlayerPatience);
        Assert.Equal(1, bench.Log.Count($"Nobody else is in room {SessionBench.Room} yet. Players must type this very code"));
    }

    [Fact]
    public void Room_PlayersCameAndLeft_TheCodeIsRight()
    {
        using GatewayBench bench = new();
        bench.Join();
        bench.Say(new JoinedMessage(GatewayBench.Anna));
        bench.Say(new LeftMessage(GatewayBench.Anna.Id, CloseReason.Normal));
        bench.Pass(5 * GatewayRole.PlayerPatience);
        Assert.Equal(0, bench.Log.Count("Nobody else is in room"));
    }

    /// <summary>The players hear of it by the relay; also when it is joined while the cable is out, and not a hundred times a minute.</summary>
    [Fact]
    public void Wire_TheRelayIsTold()
    {
        using GatewayBench other = new();
        other.Join(GatewayBench.Anna);
        Assert.Equal([new LanMessage(true)], other.SaidToRelay<LanMessage>());

        using GatewayBench bench = new();
        bench.Start();
        bench.Port.Change(WireState.Unplugged);
        bench.Welcome(GatewayBench.Anna);
        Assert.Equal([false], Told());
        bench.Port.Change(WireState.Down);
        bench.Port.Change(WireState.Connected);
        Assert.Equal([false, true], Told());

        for (int i = 0; i < 100; i++)
        {
            bench.Port.Change(WireState.Unplugged);
            bench.Port.Change(WireState.Connected);
        }

        bench.Port.Change(WireState.Unplugged);
        Assert.InRange(Told().Count(), 3, 10);
        bench.Pass(CamRefresh.Interval);
        Assert.False(Told().Last());

        IEnumerable<bool> Told() => bench.SaidToRelay<LanMessage>().Select(lan => lan.IsConnected);
    }

    [Fact]
    public void Reject_ThatRetryingCannotCure_EndsWithTheRelaysText()
    {
        using GatewayBench bench = new();
        bench.Start();
        bench.Link.Connect();
        bench.Say(new RejectMessage(RejectReason.BadVersion, "This relay speaks version 2"));
        bench.Lane.Advance(TimeSpan.FromSeconds(1));
        Assert.Contains("version 2", bench.End.Reason!.Message, StringComparison.Ordinal);
        Assert.True(bench.Port.IsDisposed);
    }

    [Fact]
    public void Killed_TheNextProcessOffersTheToken()
    {
        GatewayBench killed = new(resume: Resume("ROOM1"));
        killed.Join();

        using GatewayBench next = new(resume: Resume("room1"));
        next.Start();
        Assert.Equal("token-1", HelloAfterConnect(next).Resume);

        using GatewayBench elsewhere = new(resume: Resume("ROOM2"));
        elsewhere.Start();
        Assert.Null(HelloAfterConnect(elsewhere).Resume);
    }

    [Fact]
    public void Stopped_TheNextProcessOffersNoToken()
    {
        using GatewayBench stopped = new(resume: Resume("ROOM1"));
        stopped.Join();
        Assert.NotNull(Resume("ROOM1").Find());
        stopped.Gateway.Stop();
        Assert.Null(Resume("ROOM1").Find());
    }

    [Fact]
    public void Drops_AreToldOnceAMinuteWithoutTheLansOwnTraffic()
    {
        using GatewayBench bench = new();
        bench.Join(GatewayBench.Anna, GatewayBench.Ben);
        bench.Port.Inject(TestFrames.Plain(GatewayBench.Printer, GatewayBench.Server));
        bench.Pass(TimeSpan.FromSeconds(61));
        Assert.Equal(0, bench.Log.Count("Dropped"));

        bench.Receive(GatewayBench.Anna, TestFrames.Plain(GatewayBench.Server, GatewayBench.Ben.Mac));
        bench.Receive(GatewayBench.Anna, TestFrames.DhcpOffer(GatewayBench.Anna.Mac));
        bench.Pass(TimeSpan.FromSeconds(60));
        Assert.Equal(1, bench.Log.Count(
            $"UnauthorizedSourceMac 1 ({DropMeanings.Of(DropReason.UnauthorizedSourceMac)}), "
            + $"DhcpServer 1 ({DropMeanings.Of(DropReason.DhcpServer)})"));
        bench.Pass(TimeSpan.FromSeconds(60));
        Assert.Equal(1, bench.Log.Count("Dropped"));
    }

    [Fact]
    public void Drops_SinceTheLastMinute_AreToldAtTheEnd()
    {
        using GatewayBench bench = new();
        bench.Join(GatewayBench.Anna);
        bench.Receive(GatewayBench.Anna, TestFrames.DhcpOffer(GatewayBench.Anna.Mac));
        Assert.Equal(0, bench.Log.Count("Dropped"));
        bench.Gateway.Stop();
        bench.Lane.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(1, bench.Log.Count("DhcpServer 1"));
    }

    private ResumeFile Resume(string room) => ResumeFile.OfGateway(
        _directory,
        new RelayAddress("relay.example.org", 443),
        RoomCode.TryParse(room, out RoomCode code) ? code : throw new ArgumentException(room),
        "eth0",
        NullLogger.Instance);

    private static HelloMessage HelloAfterConnect(GatewayBench bench)
    {
        bench.Link.Connect();
        Assert.True(ControlCodec.TryParse(System.Text.Encoding.UTF8.GetBytes(bench.Link.SentControl.Single()), out ControlMessage? message, out _));
        return Assert.IsType<HelloMessage>(message);
    }
}
