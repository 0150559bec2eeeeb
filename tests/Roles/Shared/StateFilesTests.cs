using Softlan.Roles.Shared;
using Softlan.Wire;
using Xunit;

namespace Softlan.Tests.Roles.Shared;

public sealed class StateFilesTests : IDisposable
{
    private readonly string _directory = Path.Combine(Path.GetTempPath(), $"softlan-state-{Guid.NewGuid():n}");

    public void Dispose()
    {
        if (Directory.Exists(_directory))
        {
            Directory.Delete(_directory, recursive: true);
        }
    }

    [Theory]
    [InlineData("/x/state", "/home/anna", "/x/state/softlan")]
    [InlineData("state", "/home/anna", "/home/anna/.local/state/softlan")]
    [InlineData(null, "/nonexistent", "/nonexistent/.local/state/softlan")]
    [InlineData(null, "", "/.local/state/softlan")]
    public void UserDirectory_IsAFullPathWhateverTheEnvironment(string? xdgStateHome, string home, string expected)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "names of another system");
        Assert.Equal(expected, StateFiles.UserDirectory(xdgStateHome, home));
    }

    [Fact]
    public void Read_NoSuchFileOrDirectory_IsNull() => Assert.Null(StateFiles.Read(Path.Combine(_directory, "nothing")));

    [Fact]
    public void Write_DirectoryMissing_MakesItAndTheFileForTheOwnerOnly()
    {
        string path = Path.Combine(_directory, "deep", "secret");
        StateFiles.Write(path, "token"u8);

        Assert.Equal("token"u8.ToArray(), StateFiles.Read(path));
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
            Assert.Equal(
                UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute,
                File.GetUnixFileMode(Path.GetDirectoryName(path)!));
        }
    }

    [Fact]
    public void Write_OldFileWasReadableByAll_IsForTheOwnerOnly()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Unix modes only.");
        Directory.CreateDirectory(_directory);
        string path = Path.Combine(_directory, "secret");
        File.WriteAllText(path, "a longer old content");
        StateFiles.Write(path, "new"u8);

        Assert.Equal("new"u8.ToArray(), StateFiles.Read(path));
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
        }

        Assert.Single(Directory.GetFiles(_directory));
    }

    [Fact]
    public void Write_ParentIsAFile_SaysWhatWhyAndHint()
    {
        Directory.CreateDirectory(_directory);
        string file = Path.Combine(_directory, "file");
        File.WriteAllText(file, "");

        SoftlanException error = Assert.Throws<SoftlanException>(() => StateFiles.Write(Path.Combine(file, "secret"), "x"u8));

        Assert.Contains($"Cannot save '{file}", error.Message, StringComparison.Ordinal);
        Assert.Contains($"'{file}' is a file, not a directory. Hint:", error.Message, StringComparison.Ordinal);
        Assert.EndsWith(" or choose another place with --state.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Write_TargetIsADirectory_LeavesNoTemporaryFile()
    {
        string path = Path.Combine(_directory, "secret");
        Directory.CreateDirectory(Path.Combine(path, "child"));

        Assert.Throws<SoftlanException>(() => StateFiles.Write(path, "x"u8));
        Assert.Empty(Directory.GetFiles(_directory));
    }

    [Fact]
    public void Read_Directory_SaysWhatWhyAndHint()
    {
        Directory.CreateDirectory(_directory);
        SoftlanException error = Assert.Throws<SoftlanException>(() => StateFiles.Read(_directory));
        Assert.Equal($"Cannot read '{_directory}': it is a directory. Hint: give the path of a file.", error.Message);
    }

    [Fact]
    public void Read_FileTooLong_IsRefused()
    {
        Directory.CreateDirectory(_directory);
        string path = Path.Combine(_directory, "long");
        using (FileStream file = File.Create(path))
        {
            file.SetLength(StateFiles.MaxLength + 1);
        }

        Assert.Throws<SoftlanException>(() => StateFiles.Read(path));
    }
}
