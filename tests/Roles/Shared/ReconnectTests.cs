using System.Net;
using Softlan.Platform;
using Softlan.Roles.Shared;
using Softlan.Tests.Fakes;
using Softlan.Wire;
using Softlan.Wire.Control;
using Xunit;

namespace Softlan.Tests.Roles.Shared;

public sealed class ReconnectTests
{
    [Fact]
    public void Join_DatagramLimit_IsAskedOfTheRelayToo()
    {
        using SessionBench bench = new(change: options => options with { DatagramLimit = 1200 });
        bench.Start();
        bench.Link.Connect();
        Assert.Equal(1200, Assert.IsType<HelloMessage>(Assert.Single(bench.Said)).MaxDatagram);
    }

    [Fact]
    public void Join_SaysHelloWithEverythingTheRelayMustKnow()
    {
        using SessionBench bench = new(change: options => options with { Mtu = 1400, ResumeToken = "old", Name = "anna" });
        bench.Start();
        bench.Link.Connect();

        HelloMessage hello = Assert.IsType<HelloMessage>(Assert.Single(bench.Said));
        Assert.Equal(PeerRole.Client, hello.Role);
        Assert.Equal(SessionBench.Room, hello.Room);
        Assert.Equal(SessionBench.OwnMac, hello.Mac);
        Assert.Equal("anna", hello.Name);
        Assert.Equal(1400, hello.Mtu);
        Assert.Equal(FrameLimits.MaxDatagramLength, hello.MaxDatagram);
        Assert.Equal("old", hello.Resume);
        Assert.StartsWith("softlan", hello.Software, StringComparison.Ordinal);
    }

    [Fact]
    public void Join_Welcomed_ReportsRoomPeersAndToken()
    {
        using SessionBench bench = new();
        bench.Join(SessionBench.Gateway, SessionBench.Anna);

        JoinedRoom room = Assert.Single(bench.Owner.Joined);
        Assert.Equal(SessionBench.Self, room.Self);
        Assert.Equal(1500, room.Mtu);
        Assert.False(room.Again);
        Assert.Equal(new IPEndPoint(IPAddress.Parse("192.0.2.1"), 443), room.Relay);
        Assert.Equal(["token-1"], bench.Owner.Tokens);
        Assert.Equal(2, bench.Session.Peers.Count);
        Assert.Equal(SessionBench.Gateway, bench.Session.Peers.Gateway);
        Assert.Empty(bench.Owner.Peers);
    }

    [Fact]
    public void Connect_SeveralAddresses_AreTriedInOrderAndTheOneThatWorkedComesFirstNextTime()
    {
        using SessionBench bench = new();
        bench.Resolver.Addresses = [IPAddress.Parse("2001:db8::1"), IPAddress.Parse("192.0.2.1"), IPAddress.Parse("192.0.2.2")];
        bench.Start();
        bench.Link.Lose(LinkCloseKind.Unreachable, text: "no route");
        bench.Welcome();
        Assert.Equal(["2001:db8::1", "192.0.2.1"], Addresses(bench));

        bench.Link.Lose();
        bench.Lane.Advance(ReconnectDelay.First);
        Assert.Equal("192.0.2.1", Addresses(bench)[^1]);
        bench.Link.Lose(LinkCloseKind.Unreachable);
        bench.Link.Lose(LinkCloseKind.Unreachable);
        Assert.Equal(["2001:db8::1", "192.0.2.1", "192.0.2.1", "2001:db8::1", "192.0.2.2"], Addresses(bench));
    }

    [Fact]
    public void Connect_FirstAddressSilent_NextIsTriedAfterThreeSeconds()
    {
        using SessionBench bench = new();
        bench.Resolver.Addresses = [IPAddress.Parse("2001:db8::1"), IPAddress.Parse("192.0.2.1")];
        bench.Start();
        MemoryLink silent = bench.Link;
        bench.Lane.Advance(TimeSpan.FromSeconds(2.9));
        Assert.Single(bench.Engine.Links);
        bench.Lane.Advance(TimeSpan.FromSeconds(0.2));
        Assert.Equal(2, bench.Engine.Links.Count);
        Assert.NotNull(silent.ClosedWith);

        silent.Connect(); // Late: not ours any more.
        Assert.Empty(silent.SentControl);
        bench.Welcome();
        Assert.True(bench.Session.IsJoined);
    }

    [Fact]
    public void Connect_KnownAddresses_AreUsedOnceWithoutAskingTheResolver()
    {
        using SessionBench bench = new(change: options => options with { KnownAddresses = [IPAddress.Parse("192.0.2.9")] });
        bench.Start();
        Assert.Equal(0, bench.Resolver.Questions);
        Assert.Equal(["192.0.2.9"], Addresses(bench));

        bench.Link.Lose(LinkCloseKind.Unreachable);
        bench.Lane.Advance(ReconnectDelay.First);
        Assert.Equal(1, bench.Resolver.Questions);
        Assert.Equal(["192.0.2.9", "192.0.2.1"], Addresses(bench));
    }

    [Fact]
    public void Connect_NameServersGone_UsesTheAddressesOfLastTime()
    {
        using SessionBench bench = new();
        bench.Join();
        bench.Resolver.Failure = SoftlanException.Create("Cannot find", "no answer");
        bench.Link.Lose();
        bench.Lane.Advance(ReconnectDelay.First);
        bench.Welcome();
        Assert.True(bench.Session.IsJoined);
        Assert.True(bench.Owner.Joined[^1].Again);
    }

    [Fact]
    public void Connect_NameUnknown_TriesAgainAndReportsWhy()
    {
        using SessionBench bench = new();
        bench.Resolver.Failure = SoftlanException.Create("Cannot find the relay 'relay.example.org'", "unknown", "check");
        bench.Start();
        Assert.Contains("Cannot find the relay", Assert.Single(bench.Owner.Disconnected).Reason, StringComparison.Ordinal);

        bench.Resolver.Failure = null;
        bench.Lane.Advance(ReconnectDelay.First);
        bench.Welcome();
        Assert.True(bench.Session.IsJoined);
    }

    [Fact]
    public void Reconnect_RelayStaysAway_WaitsTwiceAsLongEachTimeUpToTenSeconds()
    {
        using SessionBench bench = new();
        bench.Start();
        for (int i = 0; i < 9; i++)
        {
            bench.Link.Lose(LinkCloseKind.Unreachable, text: "nobody listens there");
            bench.Lane.Advance(bench.Owner.Disconnected[^1].RetryIn);
        }

        Assert.Equal(
            [0.25, 0.5, 1, 2, 4, 8, 10, 10, 10],
            bench.Owner.Disconnected.Select(gone => gone.RetryIn.TotalSeconds));
        Assert.Null(bench.Owner.Fatal);
    }

    [Fact]
    public void Reconnect_Jitter_TakesAwayUpToHalf()
    {
        using SessionBench bench = new(random: 0.999999);
        bench.Start();
        bench.Link.Lose(LinkCloseKind.Unreachable);
        Assert.InRange(Assert.Single(bench.Owner.Disconnected).RetryIn.TotalSeconds, 0.125, 0.1251);
    }

    [Fact]
    public void Reconnect_AfterAStableConnection_BeginsAtTheShortestDelayAgain()
    {
        using SessionBench bench = new();
        bench.Start();
        for (int i = 0; i < 4; i++)
        {
            bench.Link.Lose(LinkCloseKind.Unreachable);
            bench.Lane.Advance(bench.Owner.Disconnected[^1].RetryIn);
        }

        bench.Welcome();
        bench.Link.Lose(); // At once: not stable.
        Assert.Equal(4, bench.Owner.Disconnected[^1].RetryIn.TotalSeconds);
        bench.Lane.Advance(TimeSpan.FromSeconds(4));
        bench.Welcome();
        bench.Pass(TimeSpan.FromSeconds(11));
        bench.Link.Lose();
        Assert.Equal(0.25, bench.Owner.Disconnected[^1].RetryIn.TotalSeconds);
    }

    [Fact]
    public void Reconnect_TwoRelayRestarts_JoinsEachTimeWithTheLatestToken()
    {
        using SessionBench bench = new();
        bench.Join(SessionBench.Anna);
        for (int restart = 2; restart <= 3; restart++)
        {
            bench.Link.Lose(LinkCloseKind.Reset, text: "the relay restarted");
            Assert.Empty(bench.Session.Peers.All);
            bench.Lane.Advance(bench.Owner.Disconnected[^1].RetryIn);
            bench.Link.Connect();
            Assert.Equal($"token-{restart - 1}", Assert.IsType<HelloMessage>(bench.Said.Single()).Resume);
            bench.Say(new WelcomeMessage(SessionBench.Self, SessionBench.Room, 1500, $"token-{restart}", [SessionBench.Ben]));
        }

        Assert.Equal(["token-1", "token-2", "token-3"], bench.Owner.Tokens);
        Assert.Equal(3, bench.Owner.Joined.Count);
        Assert.Equal([SessionBench.Ben], bench.Session.Peers.All);
    }

    [Fact]
    public void Greeting_NoWelcomeForTenSeconds_TriesAgain()
    {
        using SessionBench bench = new();
        bench.Start();
        bench.Link.Connect();
        bench.Lane.Advance(TimeSpan.FromSeconds(10));
        Assert.NotNull(bench.Link.ClosedWith);
        Assert.Contains("no welcome", Assert.Single(bench.Owner.Disconnected).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Joined_NothingArrives_LooksForAnotherPathThenReconnects()
    {
        using SessionBench bench = new();
        bench.Join();
        bench.Lane.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(1, bench.Engine.NetworkChanges);
        bench.Lane.Advance(TimeSpan.FromSeconds(11));
        Assert.Single(bench.Owner.Disconnected);
        Assert.Equal(2, bench.Engine.Links.Count);
    }

    [Fact]
    public void NetworkChanged_WhileWaiting_TriesAtOnce()
    {
        using SessionBench bench = new();
        bench.Start();
        for (int i = 0; i < 6; i++)
        {
            bench.Link.Lose(LinkCloseKind.Unreachable);
            bench.Lane.Advance(bench.Owner.Disconnected[^1].RetryIn);
        }

        bench.Link.Lose(LinkCloseKind.Unreachable);
        int attempts = bench.Engine.Links.Count;
        bench.Session.NetworkChanged();
        bench.Lane.Run();
        Assert.Equal(attempts + 1, bench.Engine.Links.Count);
        Assert.Equal(1, bench.Engine.NetworkChanges);
    }

    /// <summary>As msquic does, which cannot take a link along.</summary>
    [Fact]
    public void NetworkChanged_TheLinkEndsForIt_JoinsAgainAtOnceInItsPlace()
    {
        using SessionBench bench = new();
        bench.Join();
        bench.Engine.WhenNetworkChanged = () => bench.Link.Lose(LinkCloseKind.ByUs);
        bench.Session.NetworkChanged();
        bench.Lane.Run();
        Assert.Equal(2, bench.Engine.Links.Count);
        bench.Link.Connect();
        Assert.NotNull(Assert.IsType<HelloMessage>(bench.Said.Single()).Resume);
    }

    [Fact]
    public void Stop_Joined_SaysByeAndReportsNothingMore()
    {
        using SessionBench bench = new();
        bench.Join();
        bench.Session.Stop();
        bench.Lane.Advance(TimeSpan.FromMinutes(1));

        Assert.Equal(CloseReason.Normal, Assert.IsType<ByeMessage>(bench.Said.Last()).Reason);
        Assert.Equal(CloseReason.Normal, bench.Link.ClosedWith!.Value.Reason);
        Assert.Single(bench.Engine.Links);
        Assert.Empty(bench.Owner.Disconnected);
    }

    [Fact]
    public void Stop_WhileWaiting_EndsTheRetries()
    {
        using SessionBench bench = new();
        bench.Start();
        bench.Link.Lose(LinkCloseKind.Unreachable);
        bench.Session.Stop();
        bench.Lane.Advance(TimeSpan.FromMinutes(1));
        Assert.Single(bench.Engine.Links);
    }

    [Fact]
    public void Stop_FromInsideOnConnecting_DoesNotConnect()
    {
        using SessionBench bench = new();
        bench.Owner.WhenConnecting = () => bench.Session.Stop();
        bench.Start();
        bench.Lane.Advance(TimeSpan.FromMinutes(1));
        Assert.Empty(bench.Engine.Links);
    }

    private static List<string> Addresses(SessionBench bench) =>
        [.. bench.Owner.Connecting.Select(endPoint => endPoint.Address.ToString())];
}
