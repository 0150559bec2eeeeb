using System.Net;

namespace Softlan.Roles.Client.Linux;

/// <summary>The name servers that a Linux machine asks (resolv.conf(5)).</summary>
/// <param name="root">Where the file system begins.</param>
internal sealed class LinuxNameServers(string root = "/")
{
    /// <summary>glibc asks three, others a few more; what stands behind these is not looked after.</summary>
    public const int MaxServers = 16;

    /// <summary>Lines of a file that are read; the rest is taken for comments.</summary>
    private const int MaxLines = 512;

    // systemd-resolved, and dnsmasq below NetworkManager: resolv.conf names the machine itself, and these whom it asks in turn.
    private static readonly string[] BehindThisMachine = ["run/systemd/resolve/resolv.conf", "run/NetworkManager/no-stub-resolv.conf"];

    /// <summary>Those elsewhere in a network. Link-local ones are left out: their network card belongs to them, so nobody can stand in for
    /// them.</summary>
    public IReadOnlyList<IPAddress> Read()
    {
        List<IPAddress> named = ReadFile("etc/resolv.conf");
        if (named.Exists(IPAddress.IsLoopback))
        {
            named.AddRange(BehindThisMachine.SelectMany(ReadFile));
        }

        return [.. named.Where(IsElsewhere).Distinct().Take(MaxServers)];
    }

    private List<IPAddress> ReadFile(string path)
    {
        try
        {
            return [.. File.ReadLines(Path.Combine(root, path)).Take(MaxLines).Select(Parse).OfType<IPAddress>()];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    private static IPAddress? Parse(string line)
    {
        string[] words = line.Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
        return words is ["nameserver", var address, ..] && IPAddress.TryParse(address, out IPAddress? server) ? server : null;
    }

    private static bool IsElsewhere(IPAddress server) =>
        !IPAddress.IsLoopback(server) && !server.IsIPv6LinkLocal && !server.Equals(IPAddress.Any) && !server.Equals(IPAddress.IPv6Any);
}
