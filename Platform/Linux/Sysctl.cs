using Softlan.Wire;

namespace Softlan.Platform.Linux;

/// <summary>Settings of one interface in /proc/sys (Documentation/networking/ip-sysctl.rst). They belong to the network namespace of the calling
/// thread and vanish with the interface.</summary>
internal static class Sysctl
{
    public const string ArpIgnore = "arp_ignore";
    public const string Forwarding = "forwarding";
    public const string DisableIPv6 = "disable_ipv6";
    public const string AcceptRa = "accept_ra";
    public const string AcceptRaDefaultRouter = "accept_ra_defrtr";
    public const string AcceptRaPrefixInformation = "accept_ra_pinfo";
    public const string AcceptRaRouteInformationMaxLength = "accept_ra_rt_info_max_plen";

    /// <summary>Those that softlan changes, and no others: a name can come from a journal. Each is IPv4's or IPv6's.</summary>
    private static readonly string[] SettingsOfIPv4 = [ArpIgnore, Forwarding];

    private static readonly string[] SettingsOfIPv6 =
        [DisableIPv6, AcceptRa, AcceptRaDefaultRouter, AcceptRaPrefixInformation, AcceptRaRouteInformationMaxLength];

    /// <summary>Reads one setting; null where the kernel does not have it (no IPv6, no such interface).</summary>
    public static int? Read(string interfaceName, string setting)
    {
        try
        {
            return int.TryParse(File.ReadAllText(PathOf(interfaceName, setting)), out int value) ? value : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Writes one setting.</summary>
    /// <returns>False where the kernel does not have it, or the interface is gone: then there is nothing to set.</returns>
    /// <exception cref="SoftlanException">The kernel has the setting but refuses the change, or it is none of softlan's.</exception>
    public static bool Write(string interfaceName, string setting, int value)
    {
        string path = PathOf(interfaceName, setting);
        if (!File.Exists(path))
        {
            return false;
        }

        try
        {
            File.WriteAllText(path, $"{value}\n");
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw SoftlanException.Create(
                $"Cannot write {value} to {path}",
                e.Message,
                "run softlan as root, and with a writable /proc/sys where it is in a container");
        }
    }

    private static string PathOf(string interfaceName, string setting)
    {
        // A name that passed this check has no slash and is neither "." nor "..", so it cannot lead elsewhere.
        InterfaceName.ThrowIfInvalid(interfaceName);
        string family = SettingsOfIPv4.Contains(setting) ? "ipv4"
            : SettingsOfIPv6.Contains(setting) ? "ipv6"
            : throw SoftlanException.Create($"Cannot use the setting '{setting}' of {interfaceName}", "softlan changes none of that name");
        return $"/proc/sys/net/{family}/conf/{interfaceName}/{setting}";
    }
}
