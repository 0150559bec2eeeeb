using System.Diagnostics;
using System.Runtime.Versioning;
using Softlan.Platform;
using Softlan.Tests.Roles.Client;
using Softlan.Wire;
using Xunit;

namespace Softlan.Tests.Platform.Linux;

[SupportedOSPlatform("linux")]
public sealed class FileTrustTests : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private readonly TemporaryDirectory _directory = new();
    private readonly string _file;

    public FileTrustTests()
    {
        _file = _directory.File("client-1.journal.json");
        File.WriteAllText(_file, "{}");
        File.SetUnixFileMode(_file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void RequireOwn_FileAndDirectoryOfThisUser_IsBelieved()
    {
        PrivateDirectory.RequireOwn(_file);
        PrivateDirectory.RequireOwn(_directory.Path);
    }

    [Fact]
    public void RequireOwn_Missing_HasNothingToBelieve() => PrivateDirectory.RequireOwn(_directory.File("missing"));

    [Theory]
    [InlineData(UnixFileMode.GroupWrite)]
    [InlineData(UnixFileMode.OtherWrite)]
    public void RequireOwn_OthersMayWriteToIt_IsNot(UnixFileMode others)
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "needs root");
        Own(":12345", _file);
        File.SetUnixFileMode(_file, File.GetUnixFileMode(_file) | others);
        Assert.Contains("other users can write to it", Refusal(_file), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(UnixFileMode.GroupWrite)]
    [InlineData(UnixFileMode.OtherWrite)]
    public void RequireOwn_OthersMayReplaceIt_IsNot(UnixFileMode others)
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "needs root");
        Own(":12345", _directory.Path);
        File.SetUnixFileMode(_directory.Path, OwnerOnly | others);
        Assert.Contains($"Cannot trust '{_directory.Path}': other users can write to it", Refusal(_file), StringComparison.Ordinal);

        // As /tmp: others make files of their own there, and touch nobody else's.
        File.SetUnixFileMode(_directory.Path, OwnerOnly | others | UnixFileMode.StickyBit);
        PrivateDirectory.RequireOwn(_file);
    }

    /// <summary>Root's, in which OpenShift runs everybody; a user's own is alike.</summary>
    [Fact]
    public void RequireOwn_ThisUsersOwnGroupMayWriteToIt_IsBelieved()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "needs root");
        File.SetUnixFileMode(_file, File.GetUnixFileMode(_file) | UnixFileMode.GroupWrite);
        File.SetUnixFileMode(_directory.Path, OwnerOnly | UnixFileMode.GroupWrite);
        PrivateDirectory.RequireOwn(_file);
    }

    [Fact]
    public void RequireOwn_SomebodyElses_IsNot()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "needs root");
        Own("12345", _file);
        Assert.Contains($"Cannot trust '{_file}': it belongs to user 12345", Refusal(_file), StringComparison.Ordinal);
        Own("0", _file);
        Own("12345", _directory.Path);
        string refusal = Refusal(_file); // As with --state in somebody's home: root shall not be given that.
        Assert.Contains($"Cannot trust '{_directory.Path}': it belongs to user 12345", refusal, StringComparison.Ordinal);
        Assert.Contains("choose a --state directory", refusal, StringComparison.Ordinal);
        Assert.DoesNotContain("chown", refusal, StringComparison.Ordinal);
        Own("0", _directory.Path);
        PrivateDirectory.RequireOwn(_file);
    }

    private static string Refusal(string path) => Assert.Throws<SoftlanException>(() => PrivateDirectory.RequireOwn(path)).Message;

    private static void Own(string user, string path)
    {
        using Process chown = Process.Start("chown", [user, path]);
        chown.WaitForExit();
        Assert.Equal(0, chown.ExitCode);
    }
}
