using System.Runtime.Versioning;
using Softlan.Platform;
using Softlan.Roles.Client;
using Softlan.Roles.Shared;
using Softlan.Wire;
using Xunit;

namespace Softlan.Tests.Roles.Client;

[UnsupportedOSPlatform("windows")]
public sealed class StateTroubleTests : IDisposable
{
    /// <summary>Nobody, not even root, can make a directory there.</summary>
    private const string Unwritable = "/proc/softlan";

    private const int ReadOnlyFileSystem = 30;
    private const int NoSpaceLeft = 28;

    private readonly TemporaryDirectory _directory = new();
    private readonly RecordingLogger _log = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void ADirectoryThatCannotBeWritten_IsToldOnceForAllItsFiles()
    {
        StateTroubleLogger logger = new(_log, Unwritable, $"{Unwritable}/identity.json");
        KeepEverything(logger);
        string line = Assert.Single(_log.Lines);
        Assert.StartsWith($"Warning: Nothing can be kept in '{Unwritable}': ", line, StringComparison.Ordinal);
        Assert.Contains("are not remembered for the next start. If this client is killed, the next one cannot", line, StringComparison.Ordinal);
        Assert.Contains("choose another place with --state", line, StringComparison.Ordinal);
        Assert.DoesNotContain(".tmp", line, StringComparison.Ordinal);
    }

    [Fact]
    public void AnIdentityElsewhere_IsToldOfItsOwnDirectoryOnly()
    {
        StateTroubleLogger logger = new(_log, _directory.File("state"), $"{Unwritable}/identity.json");
        KeepEverything(logger);
        ClientLog.CannotKeepJournal(logger, "Cannot save the journal.");
        Assert.Equal(2, _log.Lines.Count);
        Assert.DoesNotContain("If this client is killed", _log.Lines[0], StringComparison.Ordinal);
        Assert.Contains("choose another place with --state or --identity", _log.Lines[0], StringComparison.Ordinal);
        Assert.StartsWith("Warning: Cannot save the journal. If this client is killed", _log.Lines[1], StringComparison.Ordinal);
    }

    [Fact]
    public void TroubleWithOneFile_IsToldAsItIs()
    {
        StateTroubleLogger logger = new(_log, _directory.File("state"), _directory.File("state/identity.json"));
        ClientLog.IdentityNotLocked(logger, "x.lock", "it is a directory");
        Assert.Equal(["Warning: Cannot lock x.lock: it is a directory. A second client could use the same identity"], _log.Lines);
        Assert.Empty(Directory.GetFiles(_directory.File("state")));
    }

    [Theory]
    [InlineData(ReadOnlyFileSystem, "Read-only file system", "choose another place with --state")]
    [InlineData(NoSpaceLeft, "No space left on device", "make room in '/s', or choose another place with --state")]
    public void Reason_IsWithoutThePath_AndTheHintFits(int errno, string says, string hint) => Assert.Equal(
        (says, hint),
        StateFiles.ExplainWrite(new IOException($"{says} : '/s/.identity.json.9783.tmp'", errno), "/s", StateFiles.Option));

    [Fact]
    public void Reason_OfWhatIsNoFilesFailure_StaysAsItIs()
    {
        Assert.Equal("Permission denied", FileErrors.Sentence(new System.ComponentModel.Win32Exception("Permission denied.")));
        Assert.Equal("access is denied", FileErrors.Sentence(new UnauthorizedAccessException("Access to the path '/s/.x.tmp' is denied.")));
    }

    [Fact]
    public void RequireWritable_SaysAllThatCanBeDone()
    {
        SoftlanException error = Assert.Throws<SoftlanException>(() => StateFiles.RequireWritable(Unwritable, "give up"));
        Assert.StartsWith($"Cannot keep files in '{Unwritable}': ", error.Message, StringComparison.Ordinal);
        Assert.EndsWith("choose another place with --state, or give up.", error.Message, StringComparison.Ordinal);
        StateFiles.RequireWritable(_directory.File("state"), "give up");
    }

    private static void KeepEverything(StateTroubleLogger logger)
    {
        string identity = $"{Unwritable}/identity.json";
        IdentityLock.Take(identity, logger).Dispose();
        new IdentityFile(identity, bytes => bytes.Fill(0x55), logger).LoadOrCreate();
        RoomCode room = RoomCode.TryParse("R", out RoomCode code) ? code : default;
        RelayAddress relay = new("relay.example.org", 443);
        ProfileFile.Beside(identity).Save(room, new RememberedRelay(relay, LinkTrust.System, null, ""), logger);
        ResumeFile.OfClient(identity, relay, room, MacAddress.Broadcast, logger).Save("token");
    }
}
