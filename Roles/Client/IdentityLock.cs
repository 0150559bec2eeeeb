using Microsoft.Extensions.Logging;
using Softlan.Roles.Shared;
using Softlan.Wire;

namespace Softlan.Roles.Client;

/// <summary>Holds an identity for one running client: two with one MAC would take each other's frames.</summary>
internal sealed class IdentityLock : IDisposable
{
    private readonly FileLock? _file;

    private IdentityLock(FileLock? file) => _file = file;

    /// <summary>Takes the lock. Where no lock file can be made, it says so and goes without.</summary>
    /// <exception cref="SoftlanException">Another client that runs now uses this identity.</exception>
    public static IdentityLock Take(string identityPath, ILogger logger)
    {
        string path = identityPath + ".lock";
        FileLock? file = FileLock.TryTake(path, out string? trouble);
        if (file is null && trouble is null)
        {
            throw SoftlanException.Create(
                $"Cannot use the identity '{identityPath}'",
                "another softlan client on this machine uses it now",
                "stop that one, or give this one its own --identity FILE and --tap NAME");
        }

        if (trouble is not null)
        {
            ClientLog.IdentityNotLocked(logger, path, trouble);
        }

        return new IdentityLock(file);
    }

    public void Dispose() => _file?.Dispose();
}
