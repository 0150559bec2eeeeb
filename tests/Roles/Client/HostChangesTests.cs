using Softlan.Roles.Client;
using Softlan.Wire;
using Xunit;

namespace Softlan.Tests.Roles.Client;

public sealed class HostChangesTests
{
    private static readonly HostChange First = new HostChange.MtuReplaced("softlan0", 1500);
    private static readonly HostChange Second = new HostChange.BroughtUp("softlan0");

    private readonly FakeRoutes _host = new();
    private readonly FakeJournal _journal = new();
    private readonly RecordingLogger _log = new();
    private readonly List<string> _done = [];
    private readonly List<TimeSpan> _slept = [];
    private readonly HostChanges _changes;

    public HostChangesTests() => _changes = new HostChanges(_host, _journal, _log, _slept.Add);

    [Fact]
    public void Make_NotesTheChangeBeforeItIsMade() =>
        _changes.Make(First, () => Assert.Equal([First], _journal.Saved));

    [Fact]
    public void Make_FailsToApply_LeavesNoNoteAndNoUndo()
    {
        Assert.Throws<SoftlanException>(() => _changes.Make(First, () => throw SoftlanException.Create("a", "b")));
        Assert.Empty(_journal.Saved);
        _changes.UndoAll();
        Assert.Empty(_host.Undone);
    }

    [Fact]
    public void UndoAll_GoesBackwards_OverNotedAndKeptAlike()
    {
        _changes.Make(First, () => { });
        _changes.Keep("port", () => _host.Undone.Add("port"));
        _changes.Make(Second, () => { });
        _changes.UndoAll();
        Assert.Equal([Second.ToString(), "port", First.ToString()], _host.Undone);
        Assert.Empty(_journal.Saved);
    }

    [Fact]
    public void UndoAll_OneThrows_TheOthersAreUndoneAndItIsSaid()
    {
        _changes.Keep("first", () => _done.Add("first"));
        _changes.Keep("second", () => throw new InvalidOperationException("stuck"));
        _changes.Keep("third", () => _done.Add("third"));
        _changes.UndoAll();
        Assert.Equal(["third", "first"], _done);
        Assert.Equal(1, _log.Count("Cannot undo: second: stuck"));
    }

    [Fact]
    public void UndoAll_Twice_UndoesOnce()
    {
        _changes.Make(First, () => { });
        _changes.UndoAll();
        _changes.UndoAll();
        Assert.Single(_host.Undone);
    }

    [Fact]
    public void Undo_OutOfTurn_TakesThatOneOnly()
    {
        _changes.Make(First, () => { });
        _changes.Make(Second, () => { });
        _changes.Undo(First);
        _changes.Undo(First);
        Assert.Equal([First.ToString()], _host.Undone);
        Assert.Equal([Second], _journal.Saved);
    }

    [Fact]
    public void UndoAll_AnUndoTakesAnotherOneBackItself_BothAreUndoneOnce()
    {
        _changes.Make(First, () => { });
        _changes.Keep("owner", () => _changes.Undo(First));
        _changes.UndoAll();
        Assert.Equal([First.ToString()], _host.Undone);
    }

    [Fact]
    public void Make_DiskIsFull_ChangesAllTheSameAndSaysItOnce()
    {
        _journal.IsFull = true;
        _changes.Make(First, () => _done.Add("first"));
        _changes.Make(Second, () => _done.Add("second"));
        Assert.Equal(2, _done.Count);
        Assert.Equal(1, _log.Count("No space left on device"));
        _changes.UndoAll();
        Assert.Equal(2, _host.Undone.Count);
    }

    [Fact]
    public void Make_JournalIsHeldForAMoment_IsWrittenAllTheSame()
    {
        _journal.Refusals = 4;
        _changes.Make(First, () => Assert.Equal([First], _journal.Saved));
        Assert.Equal(Enumerable.Repeat(TimeSpan.FromMilliseconds(50), 4), _slept);
        Assert.Equal(0, _log.Count("cannot clean up"));
    }

    [Fact]
    public void Make_JournalCannotBeWritten_IsWaitedForOnce()
    {
        _journal.IsFull = true;
        _changes.Make(First, () => { });
        _changes.Make(Second, () => { });
        Assert.Equal(4, _slept.Count);
    }

    [Fact]
    public void UndoAll_OneThrows_ItStaysInTheJournal()
    {
        _changes.Make(First, () => { });
        _changes.Make(Second, () => { });
        _host.RefusesToUndo = Second;
        _changes.UndoAll();
        Assert.Equal([Second], _journal.Saved);
        _changes.UndoAll();
        Assert.Equal([Second], _journal.Saved);
    }

    [Fact]
    public void UndoAll_AgainAfterOneFailed_StillSaysSo()
    {
        _changes.Keep("port", () => throw new InvalidOperationException("stuck"));
        Assert.False(_changes.UndoAll());
        Assert.False(_changes.UndoAll());
    }

    [Fact]
    public void UndoAll_OneFailedOutOfTurn_SaysSo()
    {
        _changes.Make(First, () => { });
        _host.RefusesToUndo = First;
        _changes.Undo(First);
        Assert.False(_changes.UndoAll());
    }
}
