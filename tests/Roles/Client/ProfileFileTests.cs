using System.Runtime.Versioning;
using Softlan.Platform;
using Softlan.Roles.Client;
using Softlan.Roles.Shared;
using Softlan.Wire;
using Xunit;

namespace Softlan.Tests.Roles.Client;

[UnsupportedOSPlatform("windows")]
public sealed class ProfileFileTests : IDisposable
{
    private const StringComparison Exactly = StringComparison.Ordinal;

    private readonly TemporaryDirectory _directory = new();
    private readonly RecordingLogger _log = new();
    private readonly string _path;

    public ProfileFileTests() => _path = _directory.File("profile.json");

    public void Dispose() => _directory.Dispose();

    private static RoomCode Room(string code) => RoomCode.TryParse(code, out RoomCode room) ? room : throw new ArgumentException(code);

    private static RememberedRelay Relay(string address, CertificatePin? pin = null, string? ca = null, string? name = null)
    {
        Assert.True(RelayAddress.TryParse(address, out RelayAddress? relay));
        return new RememberedRelay(relay, new LinkTrust(pin, ca), name);
    }

    private static CertificatePin Pin(byte filler) => CertificatePin.FromHash(Enumerable.Repeat(filler, CertificatePin.HashLength).ToArray());

    [Fact]
    public void Find_NeverJoined_IsNothing() => Assert.Null(new ProfileFile(_path).Find(Room("LAN")));

    [Fact]
    public void Find_AfterSave_GivesBackWhatLedThere()
    {
        RememberedRelay pinned = Relay("party.example.org:444", Pin(1));
        RememberedRelay signed = Relay("[2001:db8::7]", ca: "/etc/ca.pem", name: "relay");
        ProfileFile file = new(_path);
        file.Save(Room("LAN"), pinned, _log);
        file.Save(Room("Other"), signed, _log);
        Assert.Equal(pinned, file.Find(Room("lan")));
        Assert.Equal(signed, file.Find(Room("OTHER")));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_path));
        Assert.Empty(_log.Lines);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Complete_CertificateOfARelativePath_IsFoundFromAnyDirectoryLater(bool relayGiven)
    {
        ProfileFile file = new(_path);
        file.Save(Room("LAN"), Relay("a.example.org", Pin(1)), _log);
        RememberedRelay known = file.Complete(
            relayGiven ? Relay("a.example.org").Relay : null, new JoinOptions { Room = Room("LAN"), CaFile = "ca.pem" }, _log);
        Assert.Equal(Path.GetFullPath("ca.pem"), known.Trust.CaFile);
        Assert.Null(known.Trust.Pin);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Complete_NameOfTheLastJoin_IsUsedAgain_UnlessAnotherIsGiven(bool relayGiven)
    {
        ProfileFile file = new(_path);
        file.Save(Room("LAN"), Relay("a.example.org", Pin(1)) with { Name = "anna" }, _log);
        RelayAddress? relay = relayGiven ? Relay("a.example.org").Relay : null;
        Assert.Equal("anna", file.Complete(relay, new JoinOptions { Room = Room("LAN") }, _log).Name);
        Assert.Equal("ben", file.Complete(relay, new JoinOptions { Room = Room("LAN"), Name = "ben" }, _log).Name);

        // The join command again, which has the pin: as it was, and of a relay that was made anew.
        foreach (CertificatePin pin in (CertificatePin[])[Pin(1), Pin(2)])
        {
            RememberedRelay known = file.Complete(relay, new JoinOptions { Room = Room("LAN"), Pin = pin }, _log);
            Assert.Equal(("anna", pin), (known.Name, known.Trust.Pin));
        }
    }

    [Theory]
    [InlineData("apfh-x75q-prxv", "apfh-x75q-prxw")]
    [InlineData("another", "7kq2-m9tx-w4hb")]
    public void Complete_RoomMistyped_NamesTheOneThatIsMeant(string typed, string meant)
    {
        ProfileFile file = new(_path);
        JoinOptions given = new() { Room = Room(typed) };
        string stranger = Assert.Throws<SoftlanException>(() => file.Complete(null, given, _log)).Message;
        Assert.EndsWith("so its relay is not known. Hint: give what the organiser sent you: --relay HOST and --pin PIN.", stranger, Exactly);

        file.Save(Room("apfh-x75q-prxw"), Relay("a.example.org", Pin(1)), _log);
        file.Save(Room("7kq2-m9tx-w4hb"), Relay("a.example.org", Pin(1)), _log);
        string message = Assert.Throws<SoftlanException>(() => file.Complete(null, given, _log)).Message;
        Assert.EndsWith(
            $"so its relay is not known; it has joined {meant}. Hint: if you mean that room, type --room {meant}; else give what the organiser sent "
            + "you: --relay HOST and --pin PIN.",
            message,
            Exactly);
    }

    [Fact]
    public void Complete_PinGiven_AProfileThatCannotBeReadDoesNotMatter()
    {
        File.WriteAllText(_path, "no profile");
        JoinOptions given = new() { Room = Room("LAN"), Name = "anna", Pin = Pin(1) };
        RememberedRelay known = new ProfileFile(_path).Complete(Relay("a.example.org").Relay, given, _log);
        Assert.Equal(("anna", Pin(1)), (known.Name, known.Trust.Pin));
    }

    [Fact]
    public void Save_SameRoomAgain_ReplacesItWhateverItsCase()
    {
        ProfileFile file = new(_path);
        file.Save(Room("LAN"), Relay("a.example.org"), _log);
        file.Save(Room("lan"), Relay("b.example.org"), _log);
        Assert.Equal("b.example.org", file.Find(Room("LAN"))!.Relay.Host);
        Assert.DoesNotContain("a.example.org", File.ReadAllText(_path), StringComparison.Ordinal);
    }

    [Fact]
    public void Save_TooManyRooms_ForgetsTheOneNotJoinedForLongest()
    {
        ProfileFile file = new(_path);
        for (int i = 0; i <= ProfileContent.MaxRooms; i++)
        {
            file.Save(Room($"room-{i}"), Relay("a.example.org"), _log);
        }

        Assert.Null(file.Find(Room("room-0")));
        Assert.NotNull(file.Find(Room("room-1")));
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("""{"rooms":null}""")]
    [InlineData("""{"rooms":[null]}""")]
    [InlineData("""{"rooms":[{"room":"LAN"}]}""")]
    [InlineData("""{"rooms":[{"room":"LAN","relay":"a b"}]}""")]
    [InlineData("""{"rooms":[{"room":"LAN","relay":"a","pin":"x"}]}""")]
    [InlineData("""{"rooms":[{"room":"LAN","relay":"a","name":"evil\u001b[2J"}]}""")]
    public void Find_Garbage_IsAnErrorAndTheFileStays(string content)
    {
        File.WriteAllText(_path, content);
        SoftlanException error = Assert.Throws<SoftlanException>(() => new ProfileFile(_path).Find(Room("LAN")));
        Assert.StartsWith($"Cannot use the profile '{_path}'", error.Message, StringComparison.Ordinal);
        Assert.Equal(content, File.ReadAllText(_path));
    }

    [Fact]
    public void Save_OverGarbage_LeavesItAndSaysSo()
    {
        File.WriteAllText(_path, "my notes");
        new ProfileFile(_path).Save(Room("LAN"), Relay("a.example.org"), _log);
        Assert.Equal("my notes", File.ReadAllText(_path));
        Assert.Equal(1, _log.Count("is not saved"));
        Assert.Single(System.Text.RegularExpressions.Regex.Matches(_log.Lines[0], "--relay and --pin"));
    }

    [Fact]
    public void Save_NowhereToSave_IsAWarning()
    {
        new ProfileFile("/proc/softlan/profile.json").Save(Room("LAN"), Relay("a.example.org"), _log);
        Assert.Equal(1, _log.Count("is not saved"));
    }
}
