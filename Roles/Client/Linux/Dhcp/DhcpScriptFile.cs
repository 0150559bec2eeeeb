using System.Text;

namespace Softlan.Roles.Client.Linux.Dhcp;

/// <summary>The tiny script that a DHCP client is given: it calls softlan itself, so that what happens with a lease stands in one place.</summary>
internal static class DhcpScriptFile
{
    /// <param name="softlan">The command that runs this softlan: its own executable, or dotnet and softlan.dll.</param>
    /// <param name="dotnetRoot">DOTNET_ROOT, where the executable needs it: DHCP clients clear the environment.</param>
    /// <param name="socket">Where the running client listens.</param>
    public static string Write(IReadOnlyList<string> softlan, string? dotnetRoot, string socket)
    {
        StringBuilder script = new("#!/bin/sh\n# Made by softlan client for its DHCP client; it goes when softlan ends.\n");
        if (dotnetRoot is not null)
        {
            script.Append("export DOTNET_ROOT=").Append(Quote(dotnetRoot)).Append('\n');
        }

        script.Append("exec").AppendJoin("", softlan.Select(word => " " + Quote(word)));
        return script.Append(' ').Append(DhcpScriptCommand.Name).Append(" --socket ").Append(Quote(socket)).Append(" -- \"$@\"\n").ToString();
    }

    /// <summary>How this very softlan can be run again: as an executable, or as softlan.dll by the dotnet command.</summary>
    /// <param name="process">The path of this process' executable.</param>
    /// <param name="baseDirectory">Where softlan.dll lies.</param>
    public static IReadOnlyList<string> OwnCommand(string process, string baseDirectory) =>
        Path.GetFileNameWithoutExtension(process) == "dotnet" ? [process, Path.Combine(baseDirectory, "softlan.dll")] : [process];

    /// <summary>In single quotes, with those inside taken out of them.</summary>
    private static string Quote(string word) => $"'{word.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
