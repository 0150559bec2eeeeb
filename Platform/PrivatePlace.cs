using System.Runtime.Versioning;
using System.Security.AccessControl;
using System.Security.Principal;
using Softlan.Wire;

namespace Softlan.Platform;

/// <summary>Directories and files of a process with administrator rights, in places where others may have been first.</summary>
/// <remarks>
/// Everybody may make directories in ProgramData. There only the system's and the administrators' are believed: one of this user's may be the work of
/// any program that runs without administrator rights. Elsewhere the user named the place, or it is the user's own, and the user's directory is as
/// good. A link is followed nowhere: whoever made it would choose which files of Windows are overwritten.
/// </remarks>
[SupportedOSPlatform("windows")]
internal static class PrivatePlace
{
    private const string Hint = "check its content, delete it, and start softlan again";

    /// <summary>What changes a directory, the files in it, or who may. The upper two are GENERIC_ALL and GENERIC_WRITE (winnt.h), which an entry may
    /// hold as they are.</summary>
    private const FileSystemRights Writing = FileSystemRights.WriteData | FileSystemRights.AppendData
        | FileSystemRights.WriteExtendedAttributes | FileSystemRights.WriteAttributes
        | FileSystemRights.Delete | FileSystemRights.DeleteSubdirectoriesAndFiles
        | FileSystemRights.ChangePermissions | FileSystemRights.TakeOwnership
        | (FileSystemRights)0x10000000 | (FileSystemRights)0x40000000;

    private static readonly SecurityIdentifier LocalSystem = new(WellKnownSidType.LocalSystemSid, null);

    private static readonly SecurityIdentifier Administrators = new(WellKnownSidType.BuiltinAdministratorsSid, null);

    /// <summary>NT SERVICE\TrustedInstaller, which owns what belongs to Windows.</summary>
    private static readonly SecurityIdentifier TrustedInstaller = new("S-1-5-80-956008885-3418522649-1831038044-1853292631-2271478464");

    /// <summary>Stand for whoever makes something, who has been looked at as its owner.</summary>
    private static readonly SecurityIdentifier[] Creators =
    [
        new(WellKnownSidType.CreatorOwnerSid, null),
        new(WellKnownSidType.CreatorGroupSid, null),
        new("S-1-3-4"), // OWNER RIGHTS
    ];

    /// <summary>For a file system that does not keep owners apart, as Wine's. Null on Windows.</summary>
    internal static SecurityIdentifier? AlsoTrusted { get; set; }

    public static void CreateDirectory(string path)
    {
        DirectoryInfo directory = new(Path.GetFullPath(path));
        RefuseLinks(directory);
        if (directory.Parent is { } parent && (IsCommon(parent.FullName) || !parent.Exists))
        {
            CreateDirectory(parent.FullName);
        }

        if (directory.Exists && Distrust(directory) is { } reason)
        {
            RemoveEmpty(directory, reason);
        }

        if (directory.Exists)
        {
            return;
        }

        // With its rights from its first moment. It succeeds as well where somebody was quicker, hence the second look.
        DirectorySecurity security = new();
        Protect(security, InheritanceFlags.ContainerInherit | InheritanceFlags.ObjectInherit);
        security.CreateDirectory(directory.FullName);
        directory.Refresh();
        RefuseLinks(directory);
        if (Distrust(directory) is { } whose)
        {
            throw NotOurs(directory.FullName, whose);
        }
    }

    /// <summary>A file with rights of its own, whatever the directory would give it.</summary>
    public static FileStream CreateFile(string path)
    {
        FileSecurity security = new();
        Protect(security, InheritanceFlags.None);
        return new FileInfo(path).Create(FileMode.CreateNew, FileSystemRights.Write, FileShare.None, bufferSize: 4096, FileOptions.None, security);
    }

    public static void RequireOwn(string path)
    {
        FileInfo file = new(Path.GetFullPath(path));
        if (IsLink(file))
        {
            throw Linked(file.FullName);
        }

        if (Environment.IsPrivilegedProcess && ForeignOwner(file.FullName, file.GetAccessControl(AccessControlSections.Owner)) is { } whose)
        {
            throw NotOurs(file.FullName, whose);
        }
    }

    private static void Protect(FileSystemSecurity security, InheritanceFlags inheritance)
    {
        using WindowsIdentity self = WindowsIdentity.GetCurrent();
        security.SetAccessRuleProtection(isProtected: true, preserveInheritance: false);
        if (IsAdministrator(self))
        {
            // What an administrator makes is the group's by default, but a policy can have it otherwise.
            security.SetOwner(Administrators);
        }

        foreach (SecurityIdentifier who in (SecurityIdentifier[])[LocalSystem, Environment.IsPrivilegedProcess ? Administrators : self.User!])
        {
            security.AddAccessRule(
                new FileSystemAccessRule(who, FileSystemRights.FullControl, inheritance, PropagationFlags.None, AccessControlType.Allow));
        }
    }

    /// <summary>An empty directory holds nothing to believe: it makes room for one of our own.</summary>
    private static void RemoveEmpty(DirectoryInfo directory, string reason)
    {
        try
        {
            directory.Delete();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw NotOurs(directory.FullName, reason);
        }

        directory.Refresh();
    }

    /// <returns>Why what lies in it is not believed; null: it is. Without administrator rights there is nothing that others could win.</returns>
    private static string? Distrust(DirectoryInfo directory)
    {
        if (!Environment.IsPrivilegedProcess)
        {
            return null;
        }

        DirectorySecurity security = directory.GetAccessControl(AccessControlSections.Owner | AccessControlSections.Access);
        return ForeignOwner(directory.FullName, security) ?? (IsCommon(directory.FullName) ? ForeignWriter(security) : null);
    }

    private static string? ForeignOwner(string path, FileSystemSecurity security)
    {
        SecurityIdentifier? owner = (SecurityIdentifier?)security.GetOwner(typeof(SecurityIdentifier));
        using WindowsIdentity self = WindowsIdentity.GetCurrent();
        return owner is not null && (IsTrusted(owner) || (owner == self.User && (!IsCommon(path) || !IsAdministrator(self))))
            ? null
            : $"it was made by {Name(owner)} without administrator rights";
    }

    private static string? ForeignWriter(DirectorySecurity security)
    {
        foreach (FileSystemAccessRule rule in security.GetAccessRules(includeExplicit: true, includeInherited: true, typeof(SecurityIdentifier)))
        {
            SecurityIdentifier who = (SecurityIdentifier)rule.IdentityReference;
            if (rule.AccessControlType == AccessControlType.Allow && (rule.FileSystemRights & Writing) != 0
                && !IsTrusted(who) && !Creators.Contains(who))
            {
                return $"{Name(who)} may write to it";
            }
        }

        return null;
    }

    private static bool IsTrusted(SecurityIdentifier who) =>
        who == LocalSystem || who == Administrators || who == TrustedInstaller || who == AlsoTrusted;

    private static bool IsAdministrator(WindowsIdentity self) => new WindowsPrincipal(self).IsInRole(Administrators);

    /// <summary>Whether it lies where every user may make directories.</summary>
    private static bool IsCommon(string path) => IsBelow(path, Environment.SpecialFolder.CommonApplicationData);

    private static bool IsBelow(string path, Environment.SpecialFolder folder)
    {
        string root = Environment.GetFolderPath(folder, Environment.SpecialFolderOption.DoNotVerify);
        return root.Length > 0
            && path.StartsWith(Path.TrimEndingDirectorySeparator(root) + Path.DirectorySeparatorChar, StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>Those of Windows itself, for example profiles on another drive, lie above ProgramData, local application data and the profile;
    /// elsewhere the whole path has to be plain.</summary>
    private static void RefuseLinks(DirectoryInfo directory)
    {
        for (DirectoryInfo? at = directory; at?.Parent is not null && !IsRoot(at.FullName); at = at.Parent)
        {
            if (IsLink(at))
            {
                throw Linked(at.FullName);
            }
        }
    }

    private static bool IsRoot(string path) =>
        IsFolder(path, Environment.SpecialFolder.CommonApplicationData)
        || IsFolder(path, Environment.SpecialFolder.LocalApplicationData)
        || IsFolder(path, Environment.SpecialFolder.UserProfile);

    private static bool IsFolder(string path, Environment.SpecialFolder folder) => string.Equals(
        Path.TrimEndingDirectorySeparator(path),
        Path.TrimEndingDirectorySeparator(Environment.GetFolderPath(folder, Environment.SpecialFolderOption.DoNotVerify)),
        StringComparison.OrdinalIgnoreCase);

    /// <summary>Of a place that is missing the attributes are all set.</summary>
    private static bool IsLink(FileSystemInfo place) => place.Exists && (place.Attributes & FileAttributes.ReparsePoint) != 0;

    private static SoftlanException Linked(string path) =>
        SoftlanException.Create(
            $"Cannot keep files in '{path}'",
            "it is a link to another place, and softlan does not follow links with administrator rights",
            "see who made it, and remove the link");

    private static SoftlanException NotOurs(string path, string reason) => SoftlanException.Create($"Cannot trust '{path}'", reason, Hint);

    private static string Name(SecurityIdentifier? who)
    {
        try
        {
            return who?.Translate(typeof(NTAccount)).Value ?? "nobody";
        }
        catch (SystemException)
        {
            return who!.Value; // An account that is gone.
        }
    }
}
