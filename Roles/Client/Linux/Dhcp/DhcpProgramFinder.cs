using Softlan.Wire;

namespace Softlan.Roles.Client.Linux.Dhcp;

/// <summary>Finds an installed DHCP client: udhcpc, busybox with udhcpc inside, dhclient, dhcpcd, in this order (the small ones start fastest and
/// change least).</summary>
/// <param name="path">The search path, separated by colons.</param>
/// <param name="exists">Whether there is a file at this path.</param>
/// <param name="hasApplet">Whether the busybox at this path can do udhcpc.</param>
internal sealed class DhcpProgramFinder(string? path, Func<string, bool> exists, Func<string, bool> hasApplet)
{
    // sudo and cron often leave these out of PATH, and DHCP clients live there.
    private static readonly string[] SystemDirectories = ["/usr/sbin", "/sbin", "/usr/bin", "/bin"];

    /// <summary>Those that never look after a machine's network by themselves, for a hint.</summary>
    public const string Others = "udhcpc, which is also in most builds of busybox, or dhclient; on Debian and Ubuntu: apt install udhcpc";

    /// <exception cref="SoftlanException">None is installed.</exception>
    public DhcpProgram Find()
    {
        if (FindFile("udhcpc") is { } udhcpc)
        {
            return new DhcpProgram(DhcpProgramKind.Udhcpc, udhcpc);
        }

        if (FindFile("busybox") is { } busybox && hasApplet(busybox))
        {
            return new DhcpProgram(DhcpProgramKind.Udhcpc, busybox, "udhcpc");
        }

        if (FindFile("dhclient") is { } dhclient)
        {
            return new DhcpProgram(DhcpProgramKind.Dhclient, dhclient);
        }

        return FindFile("dhcpcd") is { } dhcpcd
            ? new DhcpProgram(DhcpProgramKind.Dhcpcd, dhcpcd)
            : throw SoftlanException.Create(
                "Cannot get an address from the party's DHCP",
                "no DHCP client is installed here (looked for udhcpc, busybox, dhclient and dhcpcd)",
                $"install one ({Others}), or {ClientAddress.Advice}, or --address none");
    }

    private string? FindFile(string name) =>
        (path ?? "").Split(':')
            .Where(directory => directory.StartsWith('/'))
            .Concat(SystemDirectories)
            .Select(directory => Path.Combine(directory, name))
            .FirstOrDefault(exists);
}
