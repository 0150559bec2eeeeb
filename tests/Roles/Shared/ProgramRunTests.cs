using System.Diagnostics;
using System.Runtime.Versioning;
using Softlan.Roles.Client.Linux.Dhcp;
using Softlan.Roles.Shared;
using Softlan.Tests.Roles.Client;
using Xunit;

namespace Softlan.Tests.Roles.Shared;

[SupportedOSPlatform("linux")]
public sealed class ProgramRunTests
{
    private static readonly TimeSpan Plenty = TimeSpan.FromSeconds(20);

    [Fact]
    public void TryRun_EndsInOrder_GivesWhatItWrote()
    {
        Assert.True(ProgramRun.TryRun(Plenty, out string output, "/bin/sh", "-c", "echo one; echo two >&2"));
        Assert.Equal("one\n", output);
    }

    [Theory]
    [InlineData("echo no such luck >&2; exit 3", "no such luck")]
    [InlineData("echo on stdout; exit 3", "on stdout")]
    [InlineData("exit 3", "exit code 3")]
    public void TryRun_Fails_SaysWhy(string script, string why)
    {
        Assert.False(ProgramRun.TryRun(Plenty, out string output, "/bin/sh", "-c", script));
        Assert.Equal($"'/bin/sh -c {script}' failed: {why}", output);
    }

    [Fact]
    public void TryRun_NoSuchProgram_SaysSo()
    {
        Assert.False(ProgramRun.TryRun(Plenty, out string output, "/nowhere/at-all"));
        Assert.StartsWith("'/nowhere/at-all' cannot be run: ", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("exec sleep 30")]
    [InlineData("sleep 30 & exit 0")]
    public void TryRun_HangsOrLeavesItsPipeToAnother_IsGivenUpInTime(string script)
    {
        long start = Stopwatch.GetTimestamp();
        Assert.False(ProgramRun.TryRun(TimeSpan.FromMilliseconds(300), out string output, "/bin/sh", "-c", script));
        Assert.Contains("did not end within", output, StringComparison.Ordinal);
        Assert.InRange(Stopwatch.GetElapsedTime(start).TotalSeconds, 0.2, 15);
    }

    [Fact]
    public void HasUdhcpc_ABusyboxThatHangs_IsOneThatCannot()
    {
        using TemporaryDirectory directory = new();
        string busybox = directory.File("busybox");
        File.WriteAllText(busybox, "#!/bin/sh\necho udhcpc\nexec sleep 30\n");
        File.SetUnixFileMode(busybox, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        long start = Stopwatch.GetTimestamp();
        Assert.False(BusyboxApplets.HasUdhcpc(busybox));
        Assert.InRange(Stopwatch.GetElapsedTime(start).TotalSeconds, 1, 20);
    }
}
