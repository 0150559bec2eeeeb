using Microsoft.Extensions.Logging;
using Softlan.Wire;

namespace Softlan.Roles.Client;

/// <summary>Everything that this run of the client has to put back, in the order in which it was done; put back in reverse.</summary>
/// <remarks>
/// Changes that outlive the process stand in the journal before they are made, so that the next start can undo what a killed client left behind.
/// What ends with the process by itself (descriptors, child processes) is only kept in the same order. Used on one thread at a time.
/// </remarks>
/// <param name="host">Knows how to undo.</param>
/// <param name="journal">Where changes are written down.</param>
/// <param name="logger">For what could not be done.</param>
/// <param name="sleep">Lets time pass; null: really.</param>
internal sealed class HostChanges(IHostUndo host, IChangeJournal journal, ILogger logger, Action<TimeSpan>? sleep = null)
{
    /// <summary>A virus scanner holds a file that is new for a moment.</summary>
    private const int MaxSaves = 5;

    private static readonly TimeSpan SavePause = TimeSpan.FromMilliseconds(50);

    private readonly Action<TimeSpan> _sleep = sleep ?? Thread.Sleep;
    private readonly List<Entry> _entries = [];

    // They stay in the journal, for the next start.
    private readonly List<HostChange> _notUndone = [];
    private bool _saidUnsafe;
    private bool _hasFailed;

    public int Count => _entries.Count;

    /// <summary>Notes how to undo <paramref name="change"/>, then makes it. When <paramref name="apply"/> throws, the note goes again.</summary>
    public void Make(HostChange change, Action apply)
    {
        _entries.Add(new Entry(change.ToString(), change, () => host.Undo(change)));
        Save();
        try
        {
            apply();
        }
        catch
        {
            _entries.RemoveAt(_entries.FindLastIndex(entry => ReferenceEquals(entry.Change, change)));
            Save();
            throw;
        }
    }

    /// <summary>Keeps something that has to end in its turn but leaves nothing behind when the process dies.</summary>
    public void Keep(string what, Action end) => _entries.Add(new Entry(what, null, end));

    /// <summary>Undoes one change out of turn. Does nothing when it is not noted (any more).</summary>
    public void Undo(HostChange change)
    {
        int index = _entries.FindLastIndex(entry => ReferenceEquals(entry.Change, change));
        if (index >= 0)
        {
            Entry entry = _entries[index];
            _entries.RemoveAt(index);
            TryUndo(entry);
            Save();
        }
    }

    /// <summary>Forgets a change that somebody else took back, for example a route that vanished with its interface.</summary>
    public void Forget(HostChange change)
    {
        if (_entries.RemoveAll(entry => ReferenceEquals(entry.Change, change)) > 0)
        {
            Save();
        }
    }

    /// <summary>Undoes everything, last first. One that fails is said and does not keep the others.</summary>
    /// <returns>Whether everything that was undone since the start could be, at whatever call: a second one does not make good what failed in the
    /// first.</returns>
    public bool UndoAll()
    {
        while (_entries.Count > 0)
        {
            Entry entry = _entries[^1];
            _entries.RemoveAt(_entries.Count - 1);
            TryUndo(entry);
        }

        Save();
        return !_hasFailed;
    }

    private void TryUndo(Entry entry)
    {
        try
        {
            entry.Undo();
        }
        catch (Exception e)
        {
            _hasFailed = true;
            ClientLog.CannotUndo(logger, entry.What, e.Message);
            if (entry.Change is { } change)
            {
                _notUndone.Add(change);
            }
        }
    }

    private void Save()
    {
        HostChange[] changes = [.. _notUndone, .. _entries.Where(entry => entry.Change is not null).Select(entry => entry.Change!)];
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                journal.Save(changes);
                return;
            }
            catch (SoftlanException) when (attempt < MaxSaves && !_saidUnsafe)
            {
                _sleep(SavePause);
            }
            catch (SoftlanException e)
            {
                if (!_saidUnsafe)
                {
                    _saidUnsafe = true;
                    ClientLog.CannotKeepJournal(logger, e.Message);
                }

                return;
            }
        }
    }

    private sealed record Entry(string What, HostChange? Change, Action Undo);
}
