using Softlan.Platform;
using Softlan.Roles.Shared;
using Softlan.Wire;
using Softlan.Wire.Control;
using Xunit;

namespace Softlan.Tests.Roles.Shared;

/// <summary>When a session gives up, and when it must not.</summary>
public sealed class SessionEndTests
{
    [Theory]
    [InlineData(nameof(RejectReason.BadVersion), true, true)]
    [InlineData(nameof(RejectReason.BadHello), true, true)]
    [InlineData(nameof(RejectReason.BadMac), true, true)]
    [InlineData(nameof(RejectReason.MtuTooSmall), true, true)]
    [InlineData(nameof(RejectReason.NotAdmitted), true, true)]
    [InlineData(nameof(RejectReason.RoomFull), true, false)]
    [InlineData(nameof(RejectReason.ServerFull), true, false)]
    [InlineData(nameof(RejectReason.MacTaken), false, false)]
    [InlineData(nameof(RejectReason.GatewayTaken), false, false)]
    [InlineData(nameof(RejectReason.Draining), false, false)]
    public void Reject_IsFinalWhereRetryingCannotHelp(string reason, bool onFirstJoin, bool afterwards)
    {
        RejectReason parsed = Enum.Parse<RejectReason>(reason);
        Assert.Equal(onFirstJoin, RejectPolicy.IsFinal(parsed, hasBeenJoined: false, TimeSpan.Zero));
        Assert.Equal(afterwards, RejectPolicy.IsFinal(parsed, hasBeenJoined: true, TimeSpan.Zero));
    }

    [Fact]
    public void RejectReasons_AllHaveAHint() =>
        Assert.All(
            Enum.GetValues<RejectReason>(), reason => Assert.NotEmpty(RejectPolicy.Hint(reason, PeerRole.Client, hasBeenJoined: false)));

    /// <summary>One who came back too often would ask for more peers, rooms and links, and none of it would help.</summary>
    [Fact]
    public void ServerFull_WhichLimitItWas_IsTheRelaysToSay() =>
        Assert.DoesNotContain("--", RejectPolicy.Hint(RejectReason.ServerFull, PeerRole.Client, hasBeenJoined: false), StringComparison.Ordinal);

    [Theory]
    [InlineData(false, false, true, true)]
    [InlineData(false, true, true, false)]
    [InlineData(true, false, false, true)]
    [InlineData(true, true, false, false)]
    public void ServerFull_FirstJoin_ItMayBeTheRoomCode_AndAGatewaysReaderIsTheOrganiser(
        bool isGateway, bool hasBeenJoined, bool namesOrganiser, bool asksForTheCode)
    {
        string hint = RejectPolicy.Hint(RejectReason.ServerFull, isGateway ? PeerRole.Gateway : PeerRole.Client, hasBeenJoined);
        Assert.Equal(namesOrganiser, hint.Contains("organiser", StringComparison.Ordinal));
        Assert.Equal(asksForTheCode, hint.StartsWith("is the room code right? Compare it with the join command", StringComparison.Ordinal));
    }

    [Fact]
    public void Reject_Final_EndsWithTheRelaysText()
    {
        using SessionBench bench = new();
        bench.Start();
        bench.Reject(RejectReason.RoomFull);
        bench.Lane.Advance(TimeSpan.FromMinutes(1));

        Assert.Contains("text of RoomFull", bench.Owner.Fatal!.Message, StringComparison.Ordinal);
        Assert.Contains("Hint:", bench.Owner.Fatal.Message, StringComparison.Ordinal);
        Assert.Single(bench.Engine.Links);
    }

    [Theory]
    [InlineData(nameof(RejectReason.MacTaken))]
    [InlineData(nameof(RejectReason.GatewayTaken))]
    public void Reject_PlaceTaken_RetriesForFortySecondsThenEnds(string reason)
    {
        using SessionBench bench = new();
        bench.Start();
        TimeSpan start = bench.Lane.Now;
        while (bench.Owner.Fatal is null)
        {
            bench.Reject(Enum.Parse<RejectReason>(reason));
            if (bench.Owner.Fatal is null)
            {
                TimeSpan delay = bench.Owner.Disconnected[^1].RetryIn;
                Assert.InRange(delay, TimeSpan.FromSeconds(0.25), RejectPolicy.TakenRetry);
                bench.Lane.Advance(delay);
            }
        }

        Assert.InRange((bench.Lane.Now - start).TotalSeconds, 40, 45);
    }

    [Fact]
    public void Reject_PlaceTakenUntilTheOldSelfTimesOut_Joins()
    {
        using SessionBench bench = new();
        bench.Start();
        while (bench.Lane.Now < TimeSpan.FromSeconds(30))
        {
            bench.Reject(RejectReason.MacTaken);
            bench.Lane.Advance(bench.Owner.Disconnected[^1].RetryIn);
        }

        bench.Welcome();
        Assert.True(bench.Session.IsJoined);

        // The next time counts from zero.
        bench.Link.Lose();
        bench.Lane.Advance(bench.Owner.Disconnected[^1].RetryIn);
        bench.Reject(RejectReason.MacTaken);
        Assert.Null(bench.Owner.Fatal);
    }

    [Fact]
    public void Untrusted_FirstConnect_EndsWithBothPinsAndWhatToDo()
    {
        CertificatePin expected = CertificatePin.FromHash(new byte[CertificatePin.HashLength]);
        using SessionBench bench = new(change: options => options with { Trust = new LinkTrust(expected, null) });
        bench.Start();
        bench.Link.Lose(LinkCloseKind.Untrusted, CloseReason.ProtocolError, "the relay's pin is sha256:OTHER");

        Assert.Contains("sha256:OTHER", bench.Owner.Fatal!.Message, StringComparison.Ordinal);
        Assert.Contains(expected.ToString(), bench.Owner.Fatal.Message, StringComparison.Ordinal);
        Assert.Contains("Hint:", bench.Owner.Fatal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false, "is not the relay that --pin names")]
    [InlineData(true, "is not the relay that the pin remembered from the last join names")]
    public void Untrusted_SaysWhereThePinIsFrom(bool isRemembered, string said)
    {
        CertificatePin expected = CertificatePin.FromHash(new byte[CertificatePin.HashLength]);
        using SessionBench bench = new(
            change: options => options with { Trust = new LinkTrust(expected, null), IsTrustRemembered = isRemembered });
        bench.Start();
        bench.Link.Lose(LinkCloseKind.Untrusted, CloseReason.ProtocolError, "the relay's pin is sha256:OTHER");
        Assert.Contains(said, bench.Owner.Fatal!.Message, StringComparison.Ordinal);
        Assert.Contains("give that with --pin", bench.Owner.Fatal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(TrustFaults.Expired, "renew the relay's certificate")]
    [InlineData(TrustFaults.NotYetValid, "this machine's clock")]
    [InlineData(TrustFaults.OtherName, "--server-name")]
    public void Untrusted_OneThingIsWrongWithTheCertificate_TheHintIsForThat(string fault, string hint)
    {
        foreach (string? file in (string?[])["/etc/party-ca.pem", null])
        {
            using SessionBench bench = new(change: options => options with { Trust = new LinkTrust(null, file) });
            bench.Start();
            bench.Link.Lose(LinkCloseKind.Untrusted, CloseReason.ProtocolError, TrustFaults.Describe("relay.test", [fault]));
            Assert.Contains(hint, bench.Owner.Fatal!.Message, StringComparison.Ordinal);
            Assert.DoesNotContain("is not it", bench.Owner.Fatal.Message, StringComparison.Ordinal);
            Assert.DoesNotContain("--pin", bench.Owner.Fatal.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Untrusted_CaFile_SeveralThingsAreWrong_NamesTheFile()
    {
        using SessionBench bench = new(change: options => options with { Trust = new LinkTrust(null, "/etc/party-ca.pem") });
        bench.Start();
        bench.Link.Lose(
            LinkCloseKind.Untrusted, CloseReason.ProtocolError, TrustFaults.Describe("relay.test", ["nobody signed it", TrustFaults.Expired]));
        Assert.Contains("'/etc/party-ca.pem' is not it", bench.Owner.Fatal!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Untrusted_SystemCas_PointsToThePin()
    {
        using SessionBench bench = new();
        bench.Start();
        bench.Link.Lose(LinkCloseKind.Untrusted, CloseReason.ProtocolError, "the certificate is self-signed");
        Assert.Contains("self-signed", bench.Owner.Fatal!.Message, StringComparison.Ordinal);
        Assert.Contains("--pin", bench.Owner.Fatal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Untrusted_AfterASuccess_IsRetried()
    {
        using SessionBench bench = new();
        bench.Join();
        bench.Link.Lose();
        bench.Lane.Advance(ReconnectDelay.First);
        bench.Link.Lose(LinkCloseKind.Untrusted, CloseReason.ProtocolError, "another pin");
        Assert.Null(bench.Owner.Fatal);

        bench.Lane.Advance(bench.Owner.Disconnected[^1].RetryIn);
        bench.Welcome();
        Assert.True(bench.Session.IsJoined);
    }

    [Fact]
    public void Untrusted_OnlyOneOfTwoAddresses_TheOtherIsUsed()
    {
        using SessionBench bench = new();
        bench.Resolver.Addresses = [System.Net.IPAddress.Parse("2001:db8::1"), System.Net.IPAddress.Parse("192.0.2.1")];
        bench.Start();
        bench.Link.Lose(LinkCloseKind.Untrusted, CloseReason.ProtocolError, "a stranger's certificate");
        bench.Welcome();
        Assert.True(bench.Session.IsJoined);
    }

    [Theory]
    [InlineData(nameof(CloseReason.Kicked))]
    [InlineData(nameof(CloseReason.Replaced))]
    public void Bye_RemovedOrReplaced_EndsTheSession(string reason)
    {
        using SessionBench bench = new();
        bench.Join();
        bench.Say(new ByeMessage(Enum.Parse<CloseReason>(reason), "by the host"));
        bench.Link.Lose(LinkCloseKind.ByPeer, Enum.Parse<CloseReason>(reason), "by the host");
        Assert.Contains("by the host", bench.Owner.Fatal!.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(nameof(CloseReason.ShuttingDown))]
    [InlineData(nameof(CloseReason.Normal))]
    [InlineData(nameof(CloseReason.TimedOut))]
    [InlineData(nameof(CloseReason.ProtocolError))]
    public void Close_ByTheRelay_IsRetried(string reason)
    {
        using SessionBench bench = new();
        bench.Join();
        bench.Link.Lose(LinkCloseKind.ByPeer, Enum.Parse<CloseReason>(reason), "so long");
        Assert.Null(bench.Owner.Fatal);
        Assert.Equal("so long", Assert.Single(bench.Owner.Disconnected).Reason);
    }

    [Fact]
    public void Bye_RelayNeverCloses_TheSessionDoes()
    {
        using SessionBench bench = new();
        bench.Join();
        bench.Say(new ByeMessage(CloseReason.ShuttingDown, "restarting"));
        bench.Lane.Advance(TimeSpan.FromSeconds(2));
        Assert.NotNull(bench.Link.ClosedWith);
        Assert.Equal("restarting", Assert.Single(bench.Owner.Disconnected).Reason);
    }

    [Fact]
    public void OnConnecting_Throws_EndsTheSession()
    {
        using SessionBench bench = new();
        SoftlanException why = SoftlanException.Create("Cannot pin a route", "no default route");
        bench.Owner.WhenConnecting = () => throw why;
        bench.Start();
        Assert.Same(why, bench.Owner.Fatal);
    }

    [Fact]
    public void Connect_EngineSaysUseless_EndsTheSession()
    {
        using SessionBench bench = new();
        bench.Engine.Broken = SoftlanException.Create("Cannot read the CA file", "no such file");
        bench.Start();
        Assert.Same(bench.Engine.Broken, bench.Owner.Fatal);
    }

    [Fact]
    public void Texts_FromTheRelay_LoseTheirControlCharacters()
    {
        using SessionBench bench = new();
        bench.Start();
        bench.Link.Lose(LinkCloseKind.Refused, CloseReason.ProtocolError, "evil\u001b[2J\r\nline.");
        Assert.Equal("192.0.2.1:443: evil?[2J??line", Assert.Single(bench.Owner.Disconnected).Reason);
    }
}
