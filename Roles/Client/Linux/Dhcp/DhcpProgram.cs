namespace Softlan.Roles.Client.Linux.Dhcp;

/// <summary>A DHCP client that is installed here.</summary>
/// <param name="Kind">How it is talked to.</param>
/// <param name="Command">Its path, and what has to stand before its options.</param>
internal sealed record DhcpProgram(DhcpProgramKind Kind, params string[] Command)
{
    /// <summary>Where dhcpcd keeps its leases (DBDIR); it has no option for another place.</summary>
    private const string DhcpcdLeases = "/var/lib/dhcpcd";

    /// <summary>The files outside of its directory in which it keeps the lease of an interface.</summary>
    public IReadOnlyList<string> LeaseFiles(string interfaceName) => Kind == DhcpProgramKind.Dhcpcd
        ? [Path.Combine(DhcpcdLeases, $"{interfaceName}.lease"), Path.Combine(DhcpcdLeases, $"{interfaceName}.lease6")]
        : [];

    /// <summary>Whether a path is one that <see cref="LeaseFiles"/> gives for some interface.</summary>
    public static bool IsLeaseFile(string path) =>
        Path.GetDirectoryName(path) == DhcpcdLeases && Path.GetExtension(path) is ".lease" or ".lease6";

    /// <summary>The file that configures it, and its content; null for clients that need none.</summary>
    public (string Name, string Content)? Configuration => Kind switch
    {
        // Asks for nothing but the mask: what is not asked for cannot be taken by mistake.
        DhcpProgramKind.Dhclient => (
            "dhclient.conf",
            "request subnet-mask, broadcast-address;\ntimeout 10;\nretry 3;\ninitial-interval 1;\nbackoff-cutoff 4;\nselect-timeout 0;\n"),
        DhcpProgramKind.Dhcpcd => (
            "dhcpcd.conf",
            "option subnet_mask, broadcast_address\nnoipv6rs\nnoipv4ll\nnohook resolv.conf, hostname, ntp.conf\nnogateway\ntimeout 0\n"),
        _ => null,
    };

    /// <summary>The line written to the watcher's standard input that makes the client renew; null: it has to be started anew.</summary>
    public string? RenewSignal => Kind switch
    {
        DhcpProgramKind.Udhcpc => "USR1",
        DhcpProgramKind.Dhcpcd => "HUP",
        _ => null,
    };

    /// <summary>The command line that runs it in the foreground for <paramref name="interfaceName"/>, with files in <paramref name="directory"/>
    /// only.</summary>
    public IReadOnlyList<string> CommandLine(string interfaceName, string script, string directory) => Kind switch
    {
        // -o -O: request these options only. -t -T -A: ten tries a second apart, then a pause of 1 s, for ever. udhcpc takes an offer for any try of
        // a round but is deaf in the pause, and a DHCP server may look for 3 s whether an address is free before it offers it (dnsmasq does): a round
        // has to last longer than that. It renews by the same second, so it gives a lease up after a few: see DhcpNoticeKind.Restarted.
        DhcpProgramKind.Udhcpc =>
            [.. Command, "-f", "-i", interfaceName, "-s", script, "-t", "10", "-T", "1", "-A", "1", "-o", "-O", "subnet", "-O", "broadcast"],
        DhcpProgramKind.Dhclient =>
            [
                .. Command, "-4", "-d", "-sf", script,
                "-cf", Path.Combine(directory, "dhclient.conf"),
                "-lf", Path.Combine(directory, "dhclient.leases"),
                "-pf", Path.Combine(directory, "dhclient.pid"),
                interfaceName,
            ],
        DhcpProgramKind.Dhcpcd =>
            [.. Command, "-4", "-B", "--noconfigure", "-f", Path.Combine(directory, "dhcpcd.conf"), "-c", script, interfaceName],
        _ => throw new InvalidOperationException($"There is no {Kind}."),
    };
}
