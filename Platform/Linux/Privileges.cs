using System.Globalization;
using Softlan.Wire;

namespace Softlan.Platform.Linux;

/// <summary>What this process may do, as /proc/self/status says (capabilities(7)).</summary>
/// <param name="NetAdmin">CAP_NET_ADMIN: make TAPs, change addresses, routes and links.</param>
/// <param name="NetRaw">CAP_NET_RAW: open a packet socket.</param>
internal readonly record struct Privileges(bool NetAdmin, bool NetRaw)
{
    public const string Hint = "put sudo in front of the command";

    // linux/capability.h
    private const int CapNetAdmin = 12;
    private const int CapNetRaw = 13;

    // The lines of /proc/self/status.
    private const string Effective = "CapEff:";
    private const string Ambient = "CapAmb:";

    public static Privileges Current => Read(Effective);

    /// <summary>What a program may do that this process starts: what setcap gave to softlan's file is softlan's alone.</summary>
    public static Privileges OfChildren => Environment.IsPrivilegedProcess ? Current : Read(Ambient);

    /// <summary>Reads the CapEff line: the effective capabilities as one hexadecimal number.</summary>
    public static Privileges Parse(IEnumerable<string> statusLines) => Parse(statusLines, Effective);

    private static Privileges Parse(IEnumerable<string> statusLines, string field)
    {
        string? line = statusLines.FirstOrDefault(line => line.StartsWith(field, StringComparison.Ordinal));
        return line is not null
            && ulong.TryParse(line.AsSpan(field.Length).Trim(), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ulong set)
            ? new Privileges((set & (1UL << CapNetAdmin)) != 0, (set & (1UL << CapNetRaw)) != 0)
            : default;
    }

    private static Privileges Read(string field)
    {
        try
        {
            return Parse(File.ReadLines("/proc/self/status"), field);
        }
        catch (IOException)
        {
            return default; // No /proc: the calls that need a capability will say it themselves.
        }
    }

    /// <exception cref="SoftlanException">A capability is missing; <paramref name="what"/> says what it is needed for.</exception>
    public void Require(string what, bool netAdmin, bool netRaw)
    {
        if ((netAdmin && !NetAdmin) || (netRaw && !NetRaw))
        {
            string missing = (netAdmin && !NetAdmin, netRaw && !NetRaw) switch
            {
                (true, true) => "CAP_NET_ADMIN and CAP_NET_RAW",
                (true, false) => "CAP_NET_ADMIN",
                _ => "CAP_NET_RAW",
            };
            throw SoftlanException.Create(what, $"this process lacks {missing}", Hint);
        }
    }
}
