using Microsoft.Extensions.Logging;
using Softlan.Roles.Shared;
using Softlan.Tests.Roles.Client;
using Softlan.Wire;
using Xunit;

namespace Softlan.Tests.Roles.Shared;

public sealed class ResumeFileTests : IDisposable
{
    private static readonly RelayAddress Relay = new("relay.example.org", 443);
    private static readonly MacAddress Mac = SessionBench.OwnMac;

    private readonly TemporaryDirectory _directory = new();
    private readonly RecordingLogger _log = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void OfClient_TokenComesBackForTheSamePlaceOnly()
    {
        Client().Save("token");
        Assert.Equal("token", Client().Find());
        Assert.Equal("token", Client(room: "room1").Find());
        Assert.Null(Client(room: "other").Find());
        Assert.Null(Client(relay: new RelayAddress("other.example.org", 443)).Find());
        Assert.Null(Client(mac: SessionBench.Anna.Mac).Find());
    }

    [Fact]
    public void OfGateway_TokenComesBackForTheSamePlaceOnly()
    {
        Gateway().Save("token");
        Assert.Equal("token", Gateway().Find());
        Assert.Equal("token", Gateway(room: "room1").Find());
        Assert.Null(Gateway(room: "other").Find());
        Assert.Null(Gateway(relay: new RelayAddress("other.example.org", 443)).Find());
    }

    [Fact]
    public void Delete_NothingComesBack()
    {
        Client().Save("token");
        Client().Delete();
        Assert.Null(Client().Find());
        Assert.Empty(Directory.GetFiles(_directory.Path));
    }

    [Theory]
    [InlineData("relay.example.org:443\nroom1\n02:00:5e:10:00:07\n\"damaged\"\n")]
    [InlineData("relay.example.org:443\nroom1\n02:00:5e:10:00:07\nto ken\n")]
    [InlineData("relay.example.org:443\nroom1\n02:00:5e:10:00:07\ntoken\ntoken\n")]
    [InlineData("relay.example.org:443\nroom1\n02:00:5e:10:00:07\n\0\0\0\0\n")]
    [InlineData("relay.example.org:443\nroom1\n02:00:5e:10:00:07\n")]
    [InlineData("relay.example.org:443\nroom1\n")]
    [InlineData("{")]
    [InlineData("")]
    public void Find_DamagedFile_OffersNothing(string content)
    {
        File.WriteAllText(_directory.File("identity.json.resume"), content);
        Assert.Null(Client().Find());
    }

    [Fact]
    public void Find_UnreadableFile_OffersNothing()
    {
        Directory.CreateDirectory(_directory.File("identity.json.resume"));
        Assert.Null(Client().Find());
    }

    [Fact]
    public void Save_NowhereToSave_IsSaidOnce()
    {
        Directory.CreateDirectory(_directory.File("identity.json.resume"));
        ResumeFile file = Client();
        file.Save("token");
        file.Save("token");
        Assert.Equal(1, _log.Count("After a crash, the place in the room stays taken for half a minute"));
        Assert.StartsWith($"{LogLevel.Warning}", Assert.Single(_log.Lines), StringComparison.Ordinal);
    }

    private ResumeFile Client(RelayAddress? relay = null, string room = "ROOM1", MacAddress? mac = null) =>
        ResumeFile.OfClient(_directory.File("identity.json"), relay ?? Relay, Code(room), mac ?? Mac, _log);

    private ResumeFile Gateway(RelayAddress? relay = null, string room = "ROOM1") =>
        ResumeFile.OfGateway(_directory.Path, relay ?? Relay, Code(room), "eth0", _log);

    private static RoomCode Code(string room) => RoomCode.TryParse(room, out RoomCode code) ? code : throw new ArgumentException(room);
}
