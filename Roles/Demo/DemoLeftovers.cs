using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.Versioning;

namespace Softlan.Roles.Demo;

/// <summary>Removes what demos leave behind: their own namespaces at the end, and those of demos that were killed.</summary>
[SupportedOSPlatform("linux")]
internal static class DemoLeftovers
{
    public const string NamespacePrefix = "softlan-demo-";

    /// <summary>Removes every demo that is over but whose namespaces or files are still there.</summary>
    /// <returns>How many there were.</returns>
    public static int RemoveDeadRuns()
    {
        string[] dead =
        [
            .. NamespaceIds(SystemTools.Run("ip", "netns", "list")).Concat(DemoRunDirectory.Ids()).Distinct().Where(DemoRunDirectory.IsOver)
        ];
        foreach (string id in dead)
        {
            RemoveNamespaces(id);
            DemoRunDirectory.Remove(id);
        }

        return dead.Length;
    }

    /// <summary>Ends what still runs in the namespaces of one demo, and removes them. Never throws: it runs where other failures are being
    /// reported.</summary>
    public static void RemoveNamespaces(string id)
    {
        if (!SystemTools.TryRun(out string list, "ip", "netns", "list"))
        {
            return;
        }

        foreach (string name in NamespaceNames(list).Where(name => IdOf(name) == id))
        {
            KillEverythingIn(name);
            SystemTools.TryRun(out _, "ip", "netns", "delete", name);
        }
    }

    /// <summary>The runs that the output of `ip netns list` speaks of.</summary>
    public static IEnumerable<string> NamespaceIds(string list) => NamespaceNames(list).Select(IdOf).OfType<string>().Distinct();

    // Lines are "name" or "name (id: 3)".
    private static IEnumerable<string> NamespaceNames(string list) =>
        list.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(' ')[0]);

    private static string? IdOf(string name)
    {
        string[] parts = name.StartsWith(NamespacePrefix, StringComparison.Ordinal) ? name[NamespacePrefix.Length..].Split('-') : [];
        return parts is [{ Length: > 0 } id, _] && id.All(char.IsAsciiDigit) ? id : null;
    }

    private static void KillEverythingIn(string name)
    {
        if (!SystemTools.TryRun(out string pids, "ip", "netns", "pids", name))
        {
            return;
        }

        foreach (string pid in pids.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            try
            {
                using Process process = Process.GetProcessById(int.Parse(pid, CultureInfo.InvariantCulture));
                process.Kill();
            }
            catch (Exception error) when (error is ArgumentException or InvalidOperationException or Win32Exception)
            {
                // It ended in between.
            }
        }
    }
}
