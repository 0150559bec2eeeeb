using System.Net;
using Softlan.Platform;
using Softlan.Roles.Shared;
using Softlan.Wire;
using Softlan.Wire.Control;
using Xunit;

namespace Softlan.Tests.Roles.Shared;

/// <summary>What a player reads about the session: plain words, whole sentences, nothing twice.</summary>
public sealed class SessionWordsTests
{
    [Theory]
    [InlineData("192.0.2.1", "on 192.0.2.1:443: nobody else")]
    [InlineData("relay.example.org", "on relay.example.org:443 (192.0.2.1:443): nobody else")]
    public void Joined_SaysTheAddressOnce(string host, string expected)
    {
        using SessionBench bench = new(change: options => options with { Relay = new RelayAddress(host, 443) });
        bench.Join();
        Assert.Equal(1, bench.Log.Count($"Information: In room ROOM1 {expected}, MTU 1500"));
    }

    [Fact]
    public void ComingAndGoing_IsToldInPlainWords()
    {
        using SessionBench bench = new();
        bench.Join();
        PeerInfo gateway = new(1, PeerRole.Gateway, MacAddress.Zero, "");
        bench.Say(new JoinedMessage(gateway));
        bench.Say(new LeftMessage(gateway.Id, CloseReason.TimedOut));
        bench.Say(new JoinedMessage(SessionBench.Anna));
        bench.Say(new LeftMessage(SessionBench.Anna.Id, CloseReason.Normal));
        Assert.Equal(
            [
                "Information: The gateway joined",
                "Information: The gateway left (connection lost)",
                "Information: anna (02:00:5e:10:00:02) joined",
                "Information: anna (02:00:5e:10:00:02) left (stopped)",
            ],
            bench.Log.Lines.Where(line => line.EndsWith(" joined", StringComparison.Ordinal) || line.Contains(" left (", StringComparison.Ordinal)));
    }

    [Fact]
    public void EveryReasonToLeave_HasWordsOfItsOwn()
    {
        string[] words = [.. Enum.GetValues<CloseReason>().Select(Departures.Describe)];
        Assert.Equal(words.Length, words.Distinct().Count());
        Assert.DoesNotContain(Departures.Describe((CloseReason)(-1)), words);
    }

    /// <summary>How to get another MAC depends on where the player's came from.</summary>
    [Fact]
    public void MacOfAMachineOnTheLan_AdviceIsTheOwners()
    {
        using SessionBench bench = new(change: options => options with { MacAdvice = "take another one" });
        bench.Join();
        bench.Say(new OutsideMessage(SessionBench.Self, SessionBench.OwnMac, IsOutside: true));
        Assert.Equal(1, bench.Log.Count("none of our frames get through. Hint: take another one"));
    }

    /// <summary>The name of a relay has an IPv6 address, too: that this machine has no IPv6 is not why the relay is not reached.</summary>
    [Fact]
    public void NothingCanBeSentToTheOtherAddress_HintIsThatOfTheFirst()
    {
        using SessionBench bench = new();
        bench.Resolver.Addresses = [IPAddress.Parse("192.0.2.1"), IPAddress.Parse("2001:db8::1")];
        bench.Start();
        bench.Link.Lose(LinkCloseKind.TimedOut, text: "nothing answered");
        bench.Link.Lose(LinkCloseKind.Unreachable, text: "packets cannot be sent: Network is unreachable (errno 101)");
        Assert.Equal(0, bench.Log.Count("is an IPv6 address"));
        Assert.Equal(1, bench.Log.Count("firewall"));
    }

    [Theory]
    [InlineData("2001:db8::1", "Hint: 2001:db8::1 is an IPv6 address, and this machine may have no route for IPv6; give the relay's name or IPv4")]
    [InlineData("192.0.2.1", "Hint: see that this machine is connected to the internet")]
    public void NothingCanBeSentThere_SaysWhatToDo(string address, string hint)
    {
        using SessionBench bench = new();
        bench.Resolver.Addresses = [IPAddress.Parse(address)];
        bench.Start();
        bench.Link.Lose(LinkCloseKind.Unreachable, text: "packets cannot be sent: Network is unreachable (errno 101)");
        Assert.Equal(1, bench.Log.Count(hint));
    }

    /// <summary>The reason says what this machine has run out of, and the network has nothing to do with it.</summary>
    [Fact]
    public void NoSocketCanBeOpened_IsNotBlamedOnTheNetwork()
    {
        using SessionBench bench = new();
        bench.Start();
        bench.Link.Lose(LinkCloseKind.NoSocket, text: "no UDP socket could be opened: Too many open files (errno 24)");
        Assert.True(bench.Log.Count("Too many open files") > 0);
        Assert.Equal(0, bench.Log.Count("connected to the internet"));
    }

    [Fact]
    public void NoAnswer_MayBeANetworkThatWantsALogin()
    {
        using SessionBench bench = new();
        bench.Start();
        bench.Link.Lose(LinkCloseKind.TimedOut, text: "nothing answered");
        Assert.Equal(1, bench.Log.Count("or wants you to log in first: open a page in a browser"));
    }

    [Theory]
    [InlineData(false, true)]
    [InlineData(true, false)]
    public void IPv4AddressGiven_NothingCanBeSentThere_SaysThatANameHelpsWhereThereIsIPv6Only(bool isName, bool says) =>
        Assert.Equal(
            says,
            SessionFailures.HintWithoutWay(IPAddress.Parse("192.0.2.1"), isName).Contains("IPv6 only", StringComparison.Ordinal));
}
