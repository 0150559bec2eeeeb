using System.ComponentModel;
using System.Diagnostics;

namespace Softlan.Roles.Client.Dhcp;

/// <summary>Asks a busybox what it can do; distributions build it differently.</summary>
internal static class BusyboxApplets
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    public static bool HasUdhcpc(string path)
    {
        try
        {
            using Process busybox = Process.Start(
                new ProcessStartInfo(path, "--list") { RedirectStandardOutput = true, RedirectStandardError = true })!;
            string[] applets = busybox.StandardOutput.ReadToEnd().Split('\n');
            if (!busybox.WaitForExit(Patience))
            {
                busybox.Kill();
            }

            return applets.Contains("udhcpc");
        }
        catch (Exception e) when (e is Win32Exception or InvalidOperationException)
        {
            return false;
        }
    }
}
