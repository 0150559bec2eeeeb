using Microsoft.Extensions.Logging;
using Softlan.Roles.Shared;

namespace Softlan.Roles.Client;

/// <summary>Says once of a directory that nothing can be kept there, in place of the same trouble with each file. What is wrong with one file only is
/// passed on as it is.</summary>
/// <param name="inner">Everything else goes there.</param>
/// <param name="stateDirectory">Where the journal lies.</param>
/// <param name="identityPath">The identity, beside which profile, lock and token lie.</param>
internal sealed class StateTroubleLogger(ILogger inner, string stateDirectory, string identityPath) : ILogger
{
    private readonly string _stateDirectory = Path.GetFullPath(stateDirectory);
    private readonly string _identityDirectory = Path.GetDirectoryName(Path.GetFullPath(identityPath)) ?? "/";
    private readonly HashSet<string> _told = [];

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => inner.BeginScope(state);

    public bool IsEnabled(LogLevel logLevel) => inner.IsEnabled(logLevel);

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (DirectoryOf(eventId.Name) is not { } directory || !IsTold(directory))
        {
            inner.Log(logLevel, eventId, state, exception, formatter);
        }
    }

    /// <summary>Where the file lies that an event is about; null for other events.</summary>
    private string? DirectoryOf(string? eventName) => eventName switch
    {
        nameof(ClientLog.IdentityNotLocked) or nameof(ClientLog.IdentityNotKept) or nameof(ClientLog.ProfileNotSaved)
            or nameof(SessionLog.ResumeNotKept) => _identityDirectory,
        nameof(ClientLog.CannotKeepJournal) => _stateDirectory,
        _ => null,
    };

    private bool IsTold(string directory)
    {
        if (_told.Contains(directory))
        {
            return true;
        }

        string option = _stateDirectory == _identityDirectory || directory == _stateDirectory ? StateFiles.Option : StateFiles.OptionOfIdentity;
        if (StateFiles.FindTrouble(directory, option) is not (string reason, string hint))
        {
            return false;
        }

        _told.Add(directory);
        ClientLog.NothingKept(inner, directory, reason, Losses(directory), hint);
        return true;
    }

    private string Losses(string directory) =>
        (directory == _identityDirectory ? " A new MAC, the relay and the room are not remembered for the next start." : "")
        + (directory == _stateDirectory ? " If this client is killed, the next one cannot clean up after it." : "");
}
