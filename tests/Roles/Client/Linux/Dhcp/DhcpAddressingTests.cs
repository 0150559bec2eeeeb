using System.Net;
using Softlan.Roles.Client.Linux.Dhcp;
using Softlan.Tests.Fakes;
using Softlan.Wire;
using Xunit;

namespace Softlan.Tests.Roles.Client.Linux.Dhcp;

public sealed class DhcpAddressingTests : IDisposable
{
    private static readonly DhcpNotice Lease = new(DhcpNoticeKind.Lease, IPAddress.Parse("10.73.42.17"), 24, LeaseSeconds: 3600);
    private static readonly DhcpNotice Restarted = new(DhcpNoticeKind.Restarted);

    private readonly ManualLane _lane = new();
    private readonly ManualClock _clock = new();
    private readonly Runner _runner = new();
    private readonly Setter _setter = new();
    private readonly RecordingLogger _log = new();
    private readonly DhcpAddressing _dhcp;

    public DhcpAddressingTests() => _dhcp = new DhcpAddressing(_lane, _runner, _setter, _clock, _log);

    public void Dispose() => _dhcp.Dispose();

    [Fact]
    public void OnGatewayPresent_FirstTime_StartsTheClient()
    {
        Assert.Equal(0, _runner.Starts);
        _dhcp.OnGatewayPresent();
        Assert.Equal(1, _runner.Starts);
    }

    [Fact]
    public void OnGatewayPresent_Again_OnlyAsksForALookAtTheLease()
    {
        _dhcp.OnGatewayPresent();
        _dhcp.OnNotice(Lease);
        _dhcp.OnGatewayGone();
        _dhcp.OnGatewayPresent();
        Assert.Equal((1, 1, 0), (_runner.Starts, _runner.Renewals, _runner.Stops));
        Assert.Equal("10.73.42.17/24", _setter.Address);
    }

    [Fact]
    public void OnGatewayPresent_ClientThatCannotBeAsked_IsStartedAnewAndTheAddressStays()
    {
        _runner.CanRenew = false;
        _dhcp.OnGatewayPresent();
        _dhcp.OnNotice(Lease);
        _dhcp.OnGatewayPresent();
        Assert.Equal((2, 1), (_runner.Starts, _runner.Stops));
        Assert.Equal("10.73.42.17/24", _setter.Address);
    }

    [Fact]
    public void OnNotice_Lease_SetsTheAddressAndSaysItOnce()
    {
        _dhcp.OnGatewayPresent();
        Assert.True(_dhcp.OnNotice(Lease));
        Assert.True(_dhcp.OnNotice(Lease));
        Assert.Equal(1, _log.Count("Address 10.73.42.17 from the party's DHCP"));
        Assert.Equal(IPAddress.Parse("10.73.42.17"), _dhcp.Address);
    }

    [Fact]
    public void OnNotice_Gone_TakesTheAddressAway()
    {
        _dhcp.OnGatewayPresent();
        _dhcp.OnNotice(Lease);
        Assert.True(_dhcp.OnNotice(new DhcpNotice(DhcpNoticeKind.Gone)));
        Assert.Null(_setter.Address);
        Assert.Null(_dhcp.Address);
        Assert.Equal(1, _log.Count("withdrew the address 10.73.42.17"));
    }

    [Fact]
    public void OnNotice_RestartedBeforeALease_IsNoLoss()
    {
        _dhcp.OnGatewayPresent();
        Assert.True(_dhcp.OnNotice(Restarted));
        Assert.Equal(0, _log.Count("address"));
    }

    [Fact]
    public void OnNotice_RestartedWithinTheLease_TheAddressStays()
    {
        _dhcp.OnGatewayPresent();
        _dhcp.OnNotice(Lease);
        _dhcp.OnGatewayGone();
        Assert.True(_dhcp.OnNotice(Restarted));
        Assert.Equal("10.73.42.17/24", _setter.Address);
        Assert.Equal(Lease.Address, _dhcp.Address);
        _lane.Advance(TimeSpan.FromSeconds(Lease.LeaseSeconds - 1));
        Assert.Equal("10.73.42.17/24", _setter.Address);
        _dhcp.OnNotice(Lease);
        Assert.Equal(1, _log.Count("ddress"));
    }

    [Fact]
    public void LeaseEnds_NobodyRenewedIt_TakesTheAddressAway()
    {
        _dhcp.OnGatewayPresent();
        _dhcp.OnNotice(Lease);
        _dhcp.OnNotice(Restarted);
        _lane.Advance(TimeSpan.FromSeconds(Lease.LeaseSeconds));
        Assert.Null(_setter.Address);
        Assert.Null(_dhcp.Address);
        Assert.Equal(1, _log.Count("The lease of address 10.73.42.17 has ended"));
        Assert.Equal(0, _log.Count("withdrew the address"));
    }

    [Fact]
    public void LeaseEnds_RenewedInTime_TheAddressStays()
    {
        _dhcp.OnGatewayPresent();
        _dhcp.OnNotice(Lease);
        _lane.Advance(TimeSpan.FromSeconds(Lease.LeaseSeconds / 2));
        _dhcp.OnNotice(Lease);
        _lane.Advance(TimeSpan.FromSeconds(Lease.LeaseSeconds - 1));
        Assert.Equal("10.73.42.17/24", _setter.Address);
    }

    [Fact]
    public void LeaseEnds_WhileTheMachineSleeps_TakesTheAddressAwayAndAsksForAnother()
    {
        _dhcp.OnGatewayPresent();
        _dhcp.OnNotice(Lease);
        _clock.Advance(TimeSpan.FromSeconds(Lease.LeaseSeconds - 1));
        _dhcp.Look();
        Assert.Equal("10.73.42.17/24", _setter.Address);
        Assert.Equal(0, _runner.Renewals);
        _clock.Advance(TimeSpan.FromSeconds(1));
        _dhcp.Look();
        _dhcp.Look();
        Assert.Null(_setter.Address);
        Assert.Null(_dhcp.Address);
        Assert.Equal(1, _runner.Renewals);
        Assert.Equal(1, _log.Count("The lease of address 10.73.42.17 has ended"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void LeaseEnds_WhileTheMachineSleeps_IsNoticedBeforeItIsRenewed(bool canRenew)
    {
        _runner.CanRenew = canRenew;
        _dhcp.OnGatewayPresent();
        _dhcp.OnNotice(Lease);
        _dhcp.OnGatewayGone();
        _clock.Advance(TimeSpan.FromSeconds(Lease.LeaseSeconds));
        _dhcp.OnGatewayPresent();
        Assert.Null(_setter.Address);
        Assert.Equal((canRenew ? 1 : 0, canRenew ? 1 : 2), (_runner.Renewals, _runner.Starts));
        _dhcp.OnNotice(Lease);
        _dhcp.Look();
        Assert.Equal("10.73.42.17/24", _setter.Address);
    }

    [Theory]
    [InlineData(uint.MaxValue, true)]
    [InlineData(0u, false)]
    public void OnNotice_RestartedAfterALeaseWithoutEnd_StaysIfTheServerSaidForEver(uint seconds, bool stays)
    {
        _dhcp.OnGatewayPresent();
        _dhcp.OnNotice(Lease);
        _dhcp.OnNotice(Lease with { LeaseSeconds = seconds });
        _lane.Advance(TimeSpan.FromDays(365));
        _dhcp.OnNotice(Restarted);
        Assert.Equal(stays, _setter.Address is not null);
        Assert.Equal(stays, _dhcp.Address is not null);
        Assert.Equal(0, _log.Count("withdrew the address"));
    }

    [Fact]
    public void OnNotice_RestartedWithoutALease_TakesAwayWhatIsThere()
    {
        // An address of unknown duration, as from a server that breaks RFC 2131.
        _dhcp.OnGatewayPresent();
        _dhcp.OnNotice(Lease with { LeaseSeconds = 0 });
        _dhcp.OnExited("status 143");
        _lane.Advance(DhcpAddressing.FirstPause);
        _dhcp.OnNotice(Restarted);
        Assert.Null(_setter.Address);
        _dhcp.OnNotice(Lease);
        Assert.Equal(2, _log.Count("Address 10.73.42.17 from the party's DHCP"));
    }

    [Fact]
    public void OnNotice_KernelRefusesTheAddress_IsAnsweredWithNo()
    {
        _setter.Refuses = true;
        _dhcp.OnGatewayPresent();
        Assert.False(_dhcp.OnNotice(Lease));
        Assert.Null(_dhcp.Address);
        Assert.Equal(1, _log.Count("Cannot set"));
        _lane.Advance(DhcpAddressing.AnswerPatience);
        Assert.Equal(0, _log.Count("No answer from the party's DHCP server yet"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void OnNotice_NextAddressCannotBeSet_TellsWhatIsThere(bool earlierStays)
    {
        _dhcp.OnGatewayPresent();
        _dhcp.OnNotice(Lease);
        _setter.Refuses = true;
        _setter.LosesTheEarlier = !earlierStays;
        Assert.False(_dhcp.OnNotice(Lease with { Address = IPAddress.Parse("10.73.42.18") }));
        Assert.Equal(earlierStays ? Lease.Address : null, _dhcp.Address);
    }

    [Fact]
    public void OnNotice_Refused_IsSaidOnceUntilAnAnswerIsTaken_AndIsAnAnswer()
    {
        DhcpNotice refused = new(DhcpNoticeKind.Refused, Reason: "8.8.8.50/24 is not a private network\n");
        _dhcp.OnGatewayPresent();
        Assert.True(_dhcp.OnNotice(refused));
        Assert.True(_dhcp.OnNotice(refused));
        Assert.Null(_dhcp.Address);
        Assert.Null(_setter.Address);
        Assert.Equal(1, _log.Count("The party's DHCP answer is refused: 8.8.8.50/24 is not a private network"));
        _lane.Advance(DhcpAddressing.AnswerPatience);
        Assert.Equal(0, _log.Count("No answer from the party's DHCP server yet"));
        _dhcp.OnNotice(Lease);
        Assert.True(_dhcp.OnNotice(refused));
        Assert.Equal(2, _log.Count("is refused"));
        Assert.Equal("10.73.42.17/24", _setter.Address);
    }

    [Fact]
    public void NoAnswer_IsSaidOnce_WhileSomebodyCouldAnswer()
    {
        _dhcp.OnGatewayPresent();
        _lane.Advance(DhcpAddressing.AnswerPatience);
        Assert.Equal(1, _log.Count("No answer from the party's DHCP server yet"));
        _dhcp.OnGatewayPresent();
        _lane.Advance(DhcpAddressing.AnswerPatience);
        Assert.Equal(1, _log.Count("No answer from the party's DHCP server yet"));
    }

    [Fact]
    public void NoAnswer_GatewayIsGone_IsNoNews()
    {
        _dhcp.OnGatewayPresent();
        _dhcp.OnGatewayGone();
        _lane.Advance(TimeSpan.FromMinutes(5));
        Assert.Equal(0, _log.Count("No answer from the party's DHCP server yet"));
    }

    [Fact]
    public void NoAnswer_LeaseEndsWhileTheGatewayIsGone_IsNoNewsUntilItIsBack()
    {
        _dhcp.OnGatewayPresent();
        _dhcp.OnNotice(Lease);
        _dhcp.OnGatewayGone();
        _lane.Advance(TimeSpan.FromSeconds(Lease.LeaseSeconds) + DhcpAddressing.AnswerPatience);
        Assert.Null(_dhcp.Address);
        Assert.Equal(0, _log.Count("No answer from the party's DHCP server yet"));
        _dhcp.OnGatewayPresent();
        _lane.Advance(DhcpAddressing.AnswerPatience);
        Assert.Equal(1, _log.Count("No answer from the party's DHCP server yet"));
    }

    [Fact]
    public void OnExited_StartsAgain_WithGrowingPauses()
    {
        _dhcp.OnGatewayPresent();
        foreach (int seconds in (int[])[1, 2, 4, 8, 16, 30, 30])
        {
            int starts = _runner.Starts;
            _dhcp.OnExited("status 1: no such luck");
            _lane.Advance(TimeSpan.FromSeconds(seconds) - TimeSpan.FromMilliseconds(1));
            Assert.Equal(starts, _runner.Starts);
            _lane.Advance(TimeSpan.FromMilliseconds(1));
            Assert.Equal(starts + 1, _runner.Starts);
        }

        Assert.Equal(7, _log.Count("no such luck"));
    }

    [Fact]
    public void OnExited_AfterALease_TheFirstPauseIsShortAgain()
    {
        _dhcp.OnGatewayPresent();
        _dhcp.OnExited("x");
        _lane.Advance(TimeSpan.FromSeconds(1));
        _dhcp.OnNotice(Lease);
        _dhcp.OnExited("x");
        _lane.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(3, _runner.Starts);
    }

    [Fact]
    public void Start_Fails_IsTriedAgain()
    {
        _runner.RefusesToStart = true;
        _dhcp.OnGatewayPresent();
        _runner.RefusesToStart = false;
        _lane.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(1, _runner.Starts);
    }

    [Fact]
    public void Dispose_EndsTheClientForGood()
    {
        _dhcp.OnGatewayPresent();
        _dhcp.OnExited("x");
        _dhcp.Dispose();
        _lane.Advance(TimeSpan.FromMinutes(1));
        Assert.True(_runner.IsDisposed);
        Assert.Equal(1, _runner.Starts);
    }

    private sealed class Runner : IDhcpRunner
    {
        public int Starts { get; private set; }

        public int Stops { get; private set; }

        public int Renewals { get; private set; }

        public bool CanRenew { get; set; } = true;

        public bool RefusesToStart { get; set; }

        public bool IsDisposed { get; private set; }

        public string Name => "udhcpc";

        public void Start(IDhcpRunnerOwner owner)
        {
            if (RefusesToStart)
            {
                throw SoftlanException.Create("Cannot run", "no shell");
            }

            Starts++;
        }

        public void Stop() => Stops++;

        public bool TryRenew()
        {
            Renewals += CanRenew ? 1 : 0;
            return CanRenew;
        }

        public void Dispose() => IsDisposed = true;
    }

    private sealed class Setter : IAddressSetter
    {
        public string? Address { get; private set; }

        public bool Refuses { get; set; }

        public bool HasAddress => Address is not null;

        public bool LosesTheEarlier { get; set; }

        public void SetAddress(IPAddress address, int prefixLength)
        {
            if (Refuses)
            {
                Address = LosesTheEarlier ? null : Address;
                throw SoftlanException.Create("Cannot set the address", "Operation not permitted");
            }

            Address = $"{address}/{prefixLength}";
        }

        public void RemoveAddress() => Address = null;
    }
}
