using Softlan.Roles.Shared;

namespace Softlan.Roles.Client.Linux.Dhcp;

/// <summary>Asks a busybox what it can do; distributions build it differently.</summary>
internal static class BusyboxApplets
{
    /// <summary>One that takes longer to list them is taken for one that cannot do udhcpc.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    public static bool HasUdhcpc(string path) =>
        ProgramRun.TryRun(Patience, out string applets, path, "--list") && applets.Split('\n').Contains("udhcpc");
}
