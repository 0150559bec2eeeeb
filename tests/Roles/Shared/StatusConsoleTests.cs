using Softlan.Roles.Hosting;
using Softlan.Roles.Shared;
using Softlan.Tests.Fakes;
using Xunit;

namespace Softlan.Tests.Roles.Shared;

public sealed class StatusConsoleTests : IDisposable
{
    private const string Erase = "\r\u001b[K";

    private readonly StringWriter _terminal = new();

    public void Dispose() => _terminal.Dispose();

    [Fact]
    public void Show_ReplacesTheLine()
    {
        using StatusConsole console = new(new EnduringWriter(_terminal), () => 80);
        console.Show("one");
        console.Show("two");
        console.Show("two");
        Assert.Equal($"{Erase}one{Erase}two", _terminal.ToString());
    }

    /// <summary>A terminal that was stopped with Ctrl-S blocks whoever writes; the end puts the host's network back all the same.</summary>
    [Fact]
    public void StatusLine_TerminalIsStopped_EndsAllTheSame()
    {
        using StoppedTerminal terminal = new();
        using StatusConsole console = new(new EnduringWriter(terminal), () => 80);
        ManualLane lane = new();
        StatusLine line = new(lane, console, () => "status");
        lane.Advance(TimeSpan.FromSeconds(1));
        Assert.True(terminal.IsWrittenTo.Wait(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken));
        Thread end = new(line.Dispose) { IsBackground = true }; // The pool has few threads, and other tests use them.
        end.Start();
        bool hasEnded = end.Join(TimeSpan.FromSeconds(30));
        terminal.GoOn.Set();
        Assert.True(hasEnded);
    }

    [Fact]
    public void Write_LogLine_StandsAboveTheLine()
    {
        using StatusConsole console = new(new EnduringWriter(_terminal), () => 80);
        console.Show("status");
        console.Write("log\n");
        Assert.Equal($"{Erase}status{Erase}log\nstatus", _terminal.ToString());
    }

    [Fact]
    public void Write_InPieces_TheLineWaitsForTheEnd()
    {
        using StatusConsole console = new(new EnduringWriter(_terminal), () => 80);
        console.Show("status");
        console.Write("half ");
        console.Show("newer");
        console.Write("line\n");
        Assert.Equal($"{Erase}status{Erase}half line\nnewer", _terminal.ToString());
    }

    [Fact]
    public void Show_NarrowTerminal_IsCut()
    {
        using StatusConsole console = new(new EnduringWriter(_terminal), () => 5);
        console.Show("a long status");
        Assert.Equal($"{Erase}a lo", _terminal.ToString());
    }

    [Fact]
    public void CloseLine_TakesItAwayForGood()
    {
        using StatusConsole console = new(new EnduringWriter(_terminal), () => 80);
        console.Show("status");
        console.CloseLine();
        console.Show("late");
        console.Write("last words\n");
        Assert.Equal($"{Erase}status{Erase}last words\n", _terminal.ToString());
    }

    [Fact]
    public void Show_TerminalIsGone_IsQuietForGood()
    {
        using DeadTerminal gone = new();
        using StatusConsole console = new(new EnduringWriter(gone), () => 80);
        console.Show("status");
        console.Show("newer");
        Assert.Equal(1, gone.Writes);
        console.Write("log\n");
        console.CloseLine();
        Assert.Equal(2, gone.Writes);
    }

    [Fact]
    public void Write_TerminalIsGone_TheLineGoesWithIt()
    {
        using DeadTerminal gone = new();
        using StatusConsole console = new(new EnduringWriter(gone), () => 80);
        console.Write("log\n");
        console.Show("status");
        Assert.Equal(1, gone.Writes);
    }
}
