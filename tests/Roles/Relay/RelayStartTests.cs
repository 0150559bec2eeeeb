using System.Diagnostics;
using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using Softlan.Platform;
using Softlan.Roles.Relay;
using Softlan.Tests.Fakes;
using Softlan.Tests.Roles.Client;
using Softlan.Wire;
using Xunit;

namespace Softlan.Tests.Roles.Relay;

/// <summary>What a relay finds when it starts, and what it says to the host of the party.</summary>
public sealed class RelayStartTests : IDisposable
{
    private readonly TemporaryDirectory _state = new();
    private readonly MemoryNetwork _network = new(new ManualLane());
    private readonly ManualClock _clock = new();
    private readonly StringWriter _output = new();
    private readonly RecordingLogger _log = new(LogLevel.Information);
    private readonly List<RelayRole> _roles = [];

    private string Chain => _state.File("chain.pem");

    private string Key => _state.File("key.pem");

    public void Dispose()
    {
        _roles.ForEach(role => role.Dispose());
        _output.Dispose();
        _state.Dispose();
    }

    [Theory]
    [InlineData(-30, -1, "expired on 1969-12-31: players without --pin are refused. Hint: renew it")]
    [InlineData(1, 90, "is not valid before 1970-01-02 00:00 UTC: players without --pin are refused. Hint: see that this machine's clock is right")]
    [InlineData(-80, 10, "expires on 1970-01-11: players without --pin are refused then. Hint: renew it")]
    [InlineData(-80, 20, null)]
    [InlineData(-3, 3, null)] // Renewed every few days.
    public void OwnCertificate_Time_IsWarnedOf(int fromDay, int untilDay, string? expected)
    {
        Write(Certificate(fromDay, untilDay));
        Start(WithOwnCertificate);
        AssertWarned(expected is null ? [] : [$"Warning: The certificate '{Chain}' {expected}"]);
    }

    [Fact]
    public void OwnCertificate_AnothersName_IsWarnedOf()
    {
        Write(TestCertificates.Make(Day(-10), Day(90), true, null, "other.example.org", "192.0.2.1"));
        Start(options => WithOwnCertificate(options) with { PublicName = "party.example.org" });
        Start(options => WithOwnCertificate(options) with { PublicName = "192.0.2.1", Listen = Port(444) });
        Start(options => WithOwnCertificate(options) with { Listen = Port(445) }); // Nobody said the name.
        AssertWarned(
            $"Warning: The certificate '{Chain}' is not for party.example.org (--server-name), but for other.example.org, 192.0.2.1: "
            + "players without --pin are refused. Hint: have one made for that name, or give the relay one of these names");
    }

    [Fact]
    public void OwnCertificate_ComesToItsEnd_IsWarnedOfOnceADay()
    {
        Write(Certificate(-80, 15));
        Start(WithOwnCertificate);
        PassDay();
        AssertWarned();
        PassDay();
        Assert.Single(Warnings());
        PassDay();
        Assert.Equal(2, Warnings().Count());
    }

    [Fact]
    public void OwnCertificate_Reloaded_ItsTimeIsLookedAtAndANewKeyIsAWarning()
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        Write(TestCertificates.Make(Day(-10), Day(90), key: key));
        RelayRole relay = Start(WithOwnCertificate);
        CertificatePin old = relay.Pin;
        Write(TestCertificates.Make(Day(-5), Day(95), key: key));
        relay.HangUp();
        AssertWarned();
        Assert.Equal(old, relay.Pin);
        Assert.Equal(1, _log.Count($"Information: Certificate reloaded; new connections see pin {old}"));

        Write(Certificate(-20, -10));
        relay.HangUp();
        Assert.NotEqual(old, relay.Pin);
        AssertWarned(
            $"Warning: Certificate reloaded; new connections see pin {relay.Pin} instead of {old}. Join commands and remembered profiles with the "
            + "old pin stop working. Hint: send the new pin to players who join with --pin",
            $"Warning: The certificate '{Chain}' expired on 1969-12-22: players without --pin are refused. Hint: renew it");
    }

    [Fact]
    public void MadeCertificate_KeyWithoutIt_IsNotOverwritten()
    {
        Start().Dispose();
        string key = _state.File(RelayCertificates.KeyFile);
        byte[] before = File.ReadAllBytes(key);
        File.Delete(_state.File(RelayCertificates.ChainFile));
        Assert.Contains($"Cannot use '{key}': its certificate ", Refusal(), StringComparison.Ordinal);
        Assert.Equal(before, File.ReadAllBytes(key));
    }

    [Fact]
    public void MadeCertificate_IsForPlayersWithThePin_AndNeverWarnedOf()
    {
        // As the certificate that the relay made, which here ended long ago.
        ServerCertificate old = TestCertificates.Make(Day(-30), Day(-20), isSigned: false, null, "relay");
        File.WriteAllBytes(_state.File(RelayCertificates.ChainFile), old.ChainPem);
        File.WriteAllBytes(_state.File(RelayCertificates.KeyFile), old.KeyPem);
        Start(options => options with { PublicName = "party.example.org" });
        PassDay();
        AssertWarned();
    }

    [Theory]
    [InlineData(true, 1)]
    [InlineData(false, 0)]
    public void Greeting_SignedCertificate_SaysThatThePinMayBeLeftOut(bool isSigned, int times)
    {
        Write(TestCertificates.Make(Day(-10), Day(90), isSigned));
        Start(WithOwnCertificate);
        Assert.Equal(times, _output.ToString().Split("Leave out --pin if a public CA signed").Length - 1);
    }

    [Theory]
    [InlineData("127.0.0.1:4433", "but only on this machine")]
    [InlineData("[::1]:4433", "but only on this machine")]
    [InlineData("192.0.2.1:4433", "Players join with this command.")]
    public void Greeting_ListensOnLoopback_SaysThatNobodyElseReachesIt(string listen, string expected)
    {
        Assert.True(ListenAddress.TryParse(listen, out ListenAddress? address));
        Start(options => options with { Listen = address, PublicName = "party.example.org" });
        Assert.Contains(expected, _output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Greeting_ForCollectors_IsAnEvent()
    {
        RelayOptions options = new() { StateDirectory = _state.Path, ServerName = "relay.example", PublicName = "party.example.org" };
        RelayRole role = new(options, _network.Lane, _network, output: null, _log, _clock);
        _roles.Add(role);
        role.Start(_ => { });
        string room = File.ReadAllText(_state.File(RoomSuggestion.FileName)).Trim();
        Assert.Equal(1, _log.Count($"Information: Players join with: softlan client --relay party.example.org:443 --pin {role.Pin} --room {room}"));
        Assert.StartsWith("Information: Listening on ", _log.Lines[^1], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("a b\n")]
    [InlineData("7kq2-m9tx-\n")]
    public void RoomFile_HoldsNoCode_IsSaidAndLeftAsItIs(string content)
    {
        File.WriteAllText(_state.File(RoomSuggestion.FileName), content);
        string refusal = Assert.Throws<SoftlanException>(() => Start()).Message;
        Assert.Contains($"Cannot use '{_state.File(RoomSuggestion.FileName)}': it holds no room code", refusal, StringComparison.Ordinal);
        Assert.Contains("Hint: write the one into it that players have, or delete it", refusal, StringComparison.Ordinal);
        Assert.Equal(content, File.ReadAllText(_state.File(RoomSuggestion.FileName)));
    }

    [Theory]
    [InlineData("7kq2-m9tx-w4hb", true, false)]
    [InlineData("7KQ2-M9TX-W4HB", true, false)]
    [InlineData("correct-horse-battery", false, false)]
    [InlineData("lan", false, true)]
    [InlineData("lan-party-26", false, true)]
    public void RoomFile_ACodeThatSomebodyWrote_IsNotCalledHardToGuess(string code, bool isHard, bool isWarnedOf)
    {
        File.WriteAllText(_state.File(RoomSuggestion.FileName), code);
        Start();
        Assert.Equal(isHard, _output.ToString().Contains("is hard to guess", StringComparison.Ordinal));
        Assert.Contains($"--room {code}", _output.ToString(), StringComparison.Ordinal);
        Assert.Equal(isWarnedOf, Warnings().Any(line => line.Contains($"The room code {code} in ", StringComparison.Ordinal)));
    }

    [Fact]
    public void Start_KeepsAPlaceForTheRoomThatItPrints()
    {
        RelayRole relay = Start();
        Assert.Equal(File.ReadAllText(_state.File(RoomSuggestion.FileName)).Trim(), relay.House.KeptRoom.ToString());
    }

    [Fact]
    public void State_EverybodyMayWriteThere_IsNotUsed()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has rights of another kind.");
        Permit(_state.Path);
        Assert.Contains($"Cannot trust '{_state.Path}': other users can write to it. Hint: ", Refusal(), StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(_state.Path));
    }

    [Fact]
    public void State_EverybodyMayWriteToTheKey_IsNotUsed()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has rights of another kind.");
        Start().Dispose();
        string key = _state.File(RelayCertificates.KeyFile);
        Permit(key);
        Assert.Contains($"Cannot trust '{key}': other users can write to it. Hint: ", Refusal(), StringComparison.Ordinal);
    }

    [Fact]
    public void State_AnotherUsers_RootIsWarned()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess, "needs root");
        using Process chown = Process.Start("chown", ["12345", _state.Path]);
        chown.WaitForExit();
        Start();
        string warning = Assert.Single(Warnings());
        Assert.Contains($"Cannot trust '{_state.Path}': it belongs to user 12345. Hint: ", warning, StringComparison.Ordinal);
        Assert.Contains("can replace the relay's key and room code", warning, StringComparison.Ordinal);
        Permit(_state.Path);
        Assert.Contains("other users can write to it", Refusal(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true, "swap them")]
    [InlineData(false, "--key takes the private key of --cert, in PEM")]
    public void OwnCertificate_WrongFile_SaysWhichAndWhatToDo(bool isSwapped, string hint)
    {
        ServerCertificate good = Certificate(-10, 90);
        Write(isSwapped ? new ServerCertificate(good.KeyPem, good.ChainPem) : good with { KeyPem = good.ChainPem });
        string refusal = Assert.Throws<SoftlanException>(() => Start(WithOwnCertificate)).Message;
        Assert.Contains(
            isSwapped
                ? $"Cannot use '{Chain}' as --cert and '{Key}' as --key: the first holds a private key, and the second a certificate. "
                : $"Cannot use '{Key}': it has no PRIVATE KEY block, but a CERTIFICATE block. ",
            refusal,
            StringComparison.Ordinal);
        Assert.EndsWith($"Hint: {hint}.", refusal, StringComparison.Ordinal);
    }

    private static DateTimeOffset Day(int number) => DateTimeOffset.UnixEpoch.AddDays(number);

    private static ServerCertificate Certificate(int fromDay, int untilDay) => TestCertificates.Make(Day(fromDay), Day(untilDay));

    private static ListenAddress Port(int port) =>
        ListenAddress.TryParse($"{port}/udp", out ListenAddress? parsed) ? parsed : throw new ArgumentException("no port");

    private static void Permit(string path)
    {
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, File.GetUnixFileMode(path) | UnixFileMode.OtherWrite);
        }
    }

    private RelayOptions WithOwnCertificate(RelayOptions options) => options with { Certificate = new CertificateFiles(Chain, Key) };

    private void Write(ServerCertificate certificate)
    {
        File.WriteAllBytes(Chain, certificate.ChainPem);
        File.WriteAllBytes(Key, certificate.KeyPem);
    }

    private void PassDay()
    {
        _clock.Advance(TimeSpan.FromDays(1));
        _network.Lane.Advance(TimeSpan.FromDays(1));
    }

    private string Refusal() => Assert.Throws<SoftlanException>(() => Start()).Message;

    private IEnumerable<string> Warnings() => _log.Lines.Where(line => line.StartsWith("Warning", StringComparison.Ordinal));

    private void AssertWarned(params string[] expected) => Assert.Equal(expected, Warnings());

    private RelayRole Start(Func<RelayOptions, RelayOptions>? change = null)
    {
        RelayOptions options = new() { StateDirectory = _state.Path, ServerName = "relay.example" };
        RelayRole role = new(change?.Invoke(options) ?? options, _network.Lane, _network, _output, _log, _clock);
        _roles.Add(role);
        role.Start(_ => { });
        return role;
    }
}
