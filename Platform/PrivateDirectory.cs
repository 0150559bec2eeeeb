using System.Runtime.Versioning;
using System.Security.AccessControl;
using System.Security.Principal;

namespace Softlan.Platform;

/// <summary>Directories that nobody but their owner can write to: what lies in them is trusted by a process with all rights.</summary>
internal static class PrivateDirectory
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>Makes it where it is missing. One that is there is left as it is; on Windows, where common places are open to all, it must be one that this user, the administrators or the system made.</summary>
    /// <exception cref="UnauthorizedAccessException">Another user made it.</exception>
    public static void Create(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            CreateOnWindows(path);
        }
        else
        {
            Directory.CreateDirectory(path, OwnerOnly);
        }
    }

    [SupportedOSPlatform("windows")]
    private static void CreateOnWindows(string path)
    {
        DirectoryInfo directory = new(path);
        using WindowsIdentity self = WindowsIdentity.GetCurrent();
        SecurityIdentifier system = new(WellKnownSidType.LocalSystemSid, null);
        SecurityIdentifier administrators = new(WellKnownSidType.BuiltinAdministratorsSid, null);
        if (directory.Exists)
        {
            if (Environment.IsPrivilegedProcess
                && directory.GetAccessControl(AccessControlSections.Owner).GetOwner(typeof(SecurityIdentifier)) is SecurityIdentifier owner
                && owner != self.User && owner != system && owner != administrators)
            {
                throw new UnauthorizedAccessException($"the directory '{path}' was made by another user ({owner}), who could have put anything into it; look through it and delete it");
            }

            return;
        }

        if (directory.Parent is { Exists: false } parent)
        {
            CreateOnWindows(parent.FullName);
        }

        DirectorySecurity security = new();
        security.SetAccessRuleProtection(isProtected: true, preserveInheritance: false);
        foreach (SecurityIdentifier who in (SecurityIdentifier[])[system, Environment.IsPrivilegedProcess ? administrators : self.User!])
        {
            security.AddAccessRule(new FileSystemAccessRule(
                who, FileSystemRights.FullControl, InheritanceFlags.ContainerInherit | InheritanceFlags.ObjectInherit, PropagationFlags.None, AccessControlType.Allow));
        }

        // With its rights from its first moment.
        security.CreateDirectory(directory.FullName);
    }
}
