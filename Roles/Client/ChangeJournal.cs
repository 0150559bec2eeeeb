using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Softlan.Platform;
using Softlan.Roles.Shared;
using Softlan.Wire;

namespace Softlan.Roles.Client;

/// <summary>The journal as a file for each running client. A file whose client does not run any more tells what has to be cleaned up.</summary>
/// <param name="directory">Where the files lie.</param>
/// <param name="owner">This process.</param>
/// <param name="isAlive">Whether that very process still runs.</param>
internal sealed class ChangeJournal(string directory, ProcessStamp owner, Func<ProcessStamp, bool> isAlive) : IChangeJournal
{
    private const string Pattern = "client-*.journal.json";

    /// <summary>Journals looked at by one start; a directory with more is not ours alone. The rest is left for the next start.</summary>
    private const int MaxJournals = 256;

    private readonly string _path = Path.Combine(directory, string.Create(CultureInfo.InvariantCulture, $"client-{owner.Pid}.journal.json"));
    private bool _exists;

    public void Save(IReadOnlyList<HostChange> changes)
    {
        if (changes.Count > 0)
        {
            Write(_path, new JournalContent(owner.Pid, owner.StartTime, owner.Boot, owner.NetworkNamespace, changes));
            _exists = true;
        }
        else if (_exists)
        {
            StateFiles.TryDelete(_path);
            _exists = false;
        }
    }

    /// <summary>Says so where the next start would not believe what is written here, because another user can write there, too. A directory that is
    /// yet to be made will be this user's.</summary>
    public void TellUnlessBelieved(ILogger logger)
    {
        try
        {
            PrivateDirectory.RequireOwn(_path);
        }
        catch (SoftlanException distrust)
        {
            ClientLog.CannotKeepJournal(logger, distrust.Message);
        }
    }

    /// <summary>Undoes what clients that were killed left behind in this network namespace. Nothing here keeps a client from starting.</summary>
    public void CleanLeftovers(IHostUndo host, ILogger logger)
    {
        foreach (string path in FindJournals())
        {
            try
            {
                if (Read(path) is { } journal)
                {
                    Clean(path, journal, host, logger);
                }
            }
            catch (Exception e) when (e is SoftlanException or JsonException or NotSupportedException or IOException or UnauthorizedAccessException)
            {
                // The hint of the exception comes too late for this journal.
                string reason = e is SoftlanException { What: var what, Why: var why } ? $"{what}: {why}" : e.Message.TrimEnd('.');
                ClientLog.BadJournal(logger, path, reason);
            }
        }
    }

    private string[] FindJournals()
    {
        try
        {
            return [.. Directory.EnumerateFiles(directory, Pattern).Take(MaxJournals)];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    private static JournalContent? Read(string path)
    {
        PrivateDirectory.RequireOwn(path); // What it says is done to this machine.
        return StateFiles.Read(path) is { } bytes ? JsonSerializer.Deserialize(bytes, ClientJson.Default.JournalContent) : null;
    }

    private void Clean(string path, JournalContent journal, IHostUndo host, ILogger logger)
    {
        ProcessStamp writer = new(journal.Pid, journal.StartTime, journal.Boot, journal.NetworkNamespace);
        bool isThisBoot = writer.Boot == owner.Boot;
        if (isAlive(writer) || (isThisBoot && writer.NetworkNamespace != owner.NetworkNamespace))
        {
            // Another namespace's routes cannot be reached from here; a client that starts there cleans them.
            return;
        }

        ClientLog.CleaningUp(logger, journal.Pid, journal.Changes.Count);
        List<HostChange> left = [];
        foreach (HostChange change in journal.Changes.Reverse())
        {
            if ((isThisBoot || change.OutlivesBoot) && !TryUndo(change, host, logger))
            {
                left.Insert(0, change);
            }
        }

        if (left.Count == 0)
        {
            StateFiles.TryDelete(path);
        }
        else
        {
            Write(path, journal with { Changes = left }); // For the next start: an adapter that is disabled now may be there then.
        }
    }

    private static void Write(string path, JournalContent content) =>
        StateFiles.Write(path, JsonSerializer.SerializeToUtf8Bytes(content, ClientJson.Default.JournalContent));

    private static bool TryUndo(HostChange change, IHostUndo host, ILogger logger)
    {
        try
        {
            host.Undo(change);
            return true;
        }
        catch (Exception e)
        {
            // Whatever it is, the client starts, and the others are undone.
            ClientLog.CannotUndo(logger, change.ToString(), e.Message);
            return false;
        }
    }
}
