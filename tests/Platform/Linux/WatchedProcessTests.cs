using System.Diagnostics;
using System.Runtime.Versioning;
using Softlan.Platform.Linux;
using Xunit;

namespace Softlan.Tests.Platform.Linux;

[SupportedOSPlatform("linux")]
public sealed class WatchedProcessTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task Start_ProgramEnds_TellsItsStatusAndLastLine()
    {
        TaskCompletionSource<(int, string)> exited = new();
        using WatchedProcess process = WatchedProcess.Start(
            ["/bin/sh", "-c", "echo first; echo last words >&2; exit 7"],
            _ => { },
            (status, line) => exited.TrySetResult((status, line)));
        (int status, string line) = await exited.Task.WaitAsync(Patience, TestContext.Current.CancellationToken);
        Assert.Equal(7, status);
        Assert.Contains(line, (string[])["first", "last words"]);
    }

    [Fact]
    public async Task Signal_ReachesTheProgram()
    {
        TaskCompletionSource ready = new();
        TaskCompletionSource signalled = new();
        using WatchedProcess process = WatchedProcess.Start(
            ["/bin/sh", "-c", "trap 'echo renewed' USR1; echo ready; while :; do sleep 0.05; done"],
            line => _ = line == "ready" ? ready.TrySetResult() : signalled.TrySetResult(),
            (_, _) => { });
        await ready.Task.WaitAsync(Patience, TestContext.Current.CancellationToken);
        process.Signal("USR1");
        await signalled.Task.WaitAsync(Patience, TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Dispose_EndsTheProgram_AndSaysNothing()
    {
        bool exited = false;
        TaskCompletionSource<int> pid = new();
        WatchedProcess process = WatchedProcess.Start(
            ["/bin/sh", "-c", "echo $$; exec sleep 1000"],
            line => pid.TrySetResult(int.Parse(line, System.Globalization.CultureInfo.InvariantCulture)),
            (_, _) => exited = true);
        int child = await pid.Task.WaitAsync(Patience, TestContext.Current.CancellationToken);
        process.Dispose();
        process.Dispose();
        Assert.False(IsRunning(child));
        Assert.False(exited);
    }

    /// <summary>What happens to the shell's standard input when softlan is killed: it closes.</summary>
    [Fact]
    public async Task Watcher_ItsInputCloses_EndsTheProgram()
    {
        ProcessStartInfo info = new("/bin/sh") { RedirectStandardInput = true, RedirectStandardOutput = true };
        foreach (string argument in (string[])["-c", WatchedProcess.Watcher, "watch", "/bin/sh", "-c", "echo $$; exec sleep 1000"])
        {
            info.ArgumentList.Add(argument);
        }

        using Process shell = Process.Start(info)!;
        int child = int.Parse(
            (await shell.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken))!,
            System.Globalization.CultureInfo.InvariantCulture);
        Assert.True(IsRunning(child));
        shell.StandardInput.Close();
        Assert.True(shell.WaitForExit(Patience));
        Assert.False(IsRunning(child));
    }

    private static bool IsRunning(int pid) => Directory.Exists($"/proc/{pid}");
}
