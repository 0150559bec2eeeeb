using static Softlan.Tests.Wire.Packets;

namespace Softlan.Tests.Wire;

/// <summary>What real DHCP clients put behind the magic cookie when they ask for themselves.</summary>
internal static class DhcpClients
{
    private const byte Discover = 1;
    private const byte Request = 3;
    private const byte Release = 7;
    private const byte Inform = 8;

    private static readonly byte[] Requested = [50, 4, 192, 168, 1, 57];
    private static readonly byte[] Server = [54, 4, 192, 168, 1, 1];
    private static readonly byte[] HostName = [12, 4, .. "anna"u8];

    private static byte[] Uuid => Convert.FromHexString("44454c4c3500104b8037b4c04f563232");

    private static byte[] OwnMac => Mac(PlayerMac);

    /// <summary>Each client's identifier; empty: it sends none.</summary>
    public static IReadOnlyDictionary<string, byte[]> Identifiers { get; } = new Dictionary<string, byte[]>
    {
        ["udhcpc"] = [1, .. OwnMac],
        ["windows"] = [1, .. OwnMac],
        ["dhclient"] = [],
        ["dhclient-duid"] = [255, 0x5e, 0x10, 0, 1, 0, 1, 0, 1, 0x2c, 0x5f, 0x11, 0x22, .. OwnMac], // type 255, IAID, DUID-LLT (RFC 4361)
        ["dhcpcd"] = [255, 0, 0, 0, 1, 0, 4, .. Uuid], // the same with a DUID-UUID
        ["networkd"] = [255, 0xf1, 0xf5, 0x0c, 0x7f, 0, 2, 0, 0, 0xab, 0x11, 0xd2, 0x5a, 0x60, 0x3c, 0x0e, 0x91, 0x7b, 0x44], // DUID-EN
        ["pxe"] = [0, .. Uuid],
    };

    /// <summary>Each client's messages: its name and what it says, and the options.</summary>
    public static IEnumerable<(string Name, byte[] Options)> All()
    {
        foreach ((string client, byte[] identifier) in Identifiers)
        {
            byte[] id = identifier.Length == 0 ? [] : ClientId(identifier);
            yield return ($"{client} discover", Options(client, Discover, id, []));
            yield return ($"{client} request", Options(client, Request, id, [.. Requested, .. Server]));
            yield return ($"{client} inform", Options(client, Inform, id, []));
            yield return ($"{client} release", [53, 1, Release, .. Server, .. id, 255]);
        }
    }

    private static byte[] Options(string client, byte type, byte[] id, byte[] more) => client switch
    {
        "udhcpc" => [53, 1, type, .. id, 57, 2, 2, 64, .. more, 55, 7, 1, 3, 6, 12, 15, 28, 42, 60, 12, .. "udhcp 1.36.1"u8, 255, .. new byte[40]],
        "windows" =>
        [
            53, 1, type, .. id, .. more, .. HostName, 81, 7, 0, 0, 0, .. "anna"u8, 60, 8, .. "MSFT 5.0"u8,
            55, 14, 1, 3, 6, 15, 31, 33, 43, 44, 46, 47, 119, 121, 249, 252, 255,
        ],

        // Filled with pad options to BOOTP's 300 bytes.
        "dhclient" or "dhclient-duid" => [53, 1, type, .. more, .. HostName, .. id, 55, 7, 1, 28, 2, 3, 15, 6, 119, 255, .. new byte[20]],

        // Rapid commit (80) has no value.
        "dhcpcd" => [53, 1, type, .. id, 80, 0, .. more, 57, 2, 5, 192, .. HostName, 145, 1, 1, 55, 6, 1, 121, 33, 3, 6, 15, 255],
        "networkd" => [53, 1, type, .. id, 55, 6, 1, 3, 6, 12, 15, 121, 57, 2, 2, 64, .. HostName, .. more, 255],

        // Its UUID once more (97), architecture and interface (RFC 4578).
        "pxe" =>
        [
            53, 1, type, 55, 8, 1, 2, 3, 4, 5, 6, 128, 135, 57, 2, 4, 236, .. more, 97, (byte)(id.Length - 2), .. id[2..], .. id, 93, 2, 0, 0,
            94, 3, 1, 2, 1, 60, 32, .. "PXEClient:Arch:00000:UNDI:002001"u8, 255, .. new byte[200],
        ],
        _ => throw new ArgumentOutOfRangeException(nameof(client), client, null),
    };
}
