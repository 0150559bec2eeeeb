using System.Runtime.Versioning;
using Softlan.Wire;
using static Softlan.Platform.Linux.NativeStat;

namespace Softlan.Platform.Linux;

/// <summary>Tells files that this process may act on from those that another user can write.</summary>
[SupportedOSPlatform("linux")]
internal static class FileTrust
{
    /// <summary>A home, most likely, whose owner shall keep it.</summary>
    private const string OtherDirectory =
        "choose a --state directory that lies in one to which only the user who runs softlan, or root, can write, such as /var/lib/softlan";

    /// <summary>Looks at a place and at the directory that it lies in: both must be root's or this user's, and nobody else's to write to. One that is
    /// missing passes.</summary>
    /// <remarks>As seen from here: in a container, or with systemd's DynamicUser, what belongs to another user outside is this one's
    /// inside.</remarks>
    /// <exception cref="SoftlanException">Another user can write there.</exception>
    public static void RequireOwn(string path) => Require(path, isAnyOwner: false);

    /// <summary>As <see cref="RequireOwn"/>, but whoever owns them may write to them.</summary>
    /// <exception cref="SoftlanException">A group or everybody can write there.</exception>
    public static void RequireClosed(string path) => Require(path, isAnyOwner: true);

    private static void Require(string path, bool isAnyOwner)
    {
        string full = Path.GetFullPath(path);
        string parent = Path.GetDirectoryName(full) ?? "/";
        Require(parent, isAnyOwner, OtherDirectory, $"remove that right (chmod go-w {parent}), or {OtherDirectory}");
        Require(
            full,
            isAnyOwner,
            "check its content, then give it to the user who runs softlan (chown)",
            "check its content, then remove that right (chmod go-w)");
    }

    /// <param name="path">The place.</param>
    /// <param name="isAnyOwner">Whether it may be another user's.</param>
    /// <param name="ifForeign">The hint where it belongs to somebody else.</param>
    /// <param name="ifOpen">The hint where somebody else may write to it.</param>
    private static void Require(string path, bool isAnyOwner, string ifForeign, string ifOpen)
    {
        if (Statx(AT_FDCWD, path, 0, STATX_MODE | STATX_UID | STATX_GID, out FileStatus status) != 0)
        {
            int error = Errno.Last;
            if (error is Errno.ENOENT)
            {
                return;
            }

            throw Errno.ToException($"Cannot see whose '{path}' is", error);
        }

        if (!isAnyOwner && status.Owner != 0 && status.Owner != GetEffectiveUser())
        {
            throw Distrust(path, $"it belongs to user {status.Owner}", ifForeign);
        }

        // In a directory like /tmp nobody can replace what is somebody else's, and that is looked at by itself.
        bool isOpen = (status.Mode & S_IWOTH) != 0 || ((status.Mode & S_IWGRP) != 0 && !HasOnlyThisUser(status.Group));
        if (isOpen && (status.Mode & S_ISVTX) == 0)
        {
            throw Distrust(path, "other users can write to it", ifOpen);
        }
    }

    /// <summary>Root's group, and one of this user's own, which by convention has the user's number (USERGROUPS_ENAB in login.defs(5)): with it
    /// distributions let users make what their group can write to.</summary>
    private static bool HasOnlyThisUser(uint group) => group == 0 || group == GetEffectiveUser();

    private static SoftlanException Distrust(string path, string reason, string hint) =>
        SoftlanException.Create($"Cannot trust '{path}'", reason, hint);
}
