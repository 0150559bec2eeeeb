using System.Runtime.Versioning;
using Softlan.Roles.Client;
using Softlan.Wire;
using Xunit;

namespace Softlan.Tests.Roles.Client;

[UnsupportedOSPlatform("windows")]
public sealed class IdentityFileTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly RecordingLogger _log = new();

    public void Dispose() => _directory.Dispose();

    private IdentityFile Open(string path) => new(path, bytes => bytes.Fill(0x55), _log);

    [Fact]
    public void LoadOrCreate_FirstTime_MakesAMacAndKeepsItForItsOwner()
    {
        string path = _directory.File("identity.json");
        MacAddress mac = Open(path).LoadOrCreate();
        Assert.True(mac.IsValidClientAddress);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
        Assert.Equal(mac, new IdentityFile(path, bytes => bytes.Fill(0xaa), _log).LoadOrCreate());
    }

    [Theory]
    [InlineData("", "not what softlan wrote")]
    [InlineData("null", "not what softlan wrote")]
    [InlineData("{", "not what softlan wrote")]
    [InlineData("{}", "not what softlan wrote")]
    [InlineData("""{"mac":7}""", "not what softlan wrote")]
    [InlineData("""{"mac":"hello"}""", "not what softlan wrote")]
    [InlineData("""{"mac":"00:11:22:33:44:55"}""", "00:11:22:33:44:55 is not one that a player may have")]
    [InlineData("""{"mac":"03:11:22:33:44:55"}""", "is not one that a player may have")]
    public void LoadOrCreate_Garbage_IsAnErrorAndTheFileStays(string content, string message)
    {
        string path = _directory.File("identity.json");
        File.WriteAllText(path, content);
        SoftlanException error = Assert.Throws<SoftlanException>(() => Open(path).LoadOrCreate());
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
        Assert.Contains(path, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
        Assert.Equal(content, File.ReadAllText(path));
    }

    [Fact]
    public void LoadOrCreate_NowhereToKeepIt_GoesOnWithAWarning()
    {
        MacAddress mac = Open("/proc/softlan/identity.json").LoadOrCreate();
        Assert.True(mac.IsValidClientAddress);
        Assert.Equal(1, _log.Count("is not kept"));
    }

    [Fact]
    public void LoadOrCreate_UnknownMembers_AreIgnored()
    {
        string path = _directory.File("identity.json");
        File.WriteAllText(path, """{"mac":"02:00:5e:10:00:01","colour":"blue"}""");
        Assert.Equal("02:00:5e:10:00:01", Open(path).LoadOrCreate().ToString());
    }

    [Fact]
    public void Take_SecondTime_IsRefused()
    {
        string path = _directory.File("identity.json");
        using (IdentityLock.Take(path, _log))
        {
            SoftlanException error = Assert.Throws<SoftlanException>(() => IdentityLock.Take(path, _log));
            Assert.Contains("another softlan client on this machine is using it", error.Message, StringComparison.Ordinal);
            Assert.Contains("--identity FILE", error.Message, StringComparison.Ordinal);
        }

        IdentityLock.Take(path, _log).Dispose();
        Assert.Empty(_log.Lines);
    }

    [Fact]
    public void Take_MakesOneDirectory_AndNoWholePath()
    {
        IdentityLock.Take(_directory.File("new/identity.json"), _log).Dispose();
        Assert.True(Directory.Exists(_directory.File("new")));
        SoftlanException error = Assert.Throws<SoftlanException>(() => IdentityLock.Take(_directory.File("nope/dir/identity.json"), _log));
        Assert.Contains($"there is no '{_directory.File("nope")}'", error.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_directory.File("nope")));
    }

    [Fact]
    public void Take_NowhereToLock_GoesOnWithAWarning()
    {
        IdentityLock.Take("/proc/softlan/identity.json", _log).Dispose();
        Assert.Equal(1, _log.Count("Cannot lock"));
    }
}
