using System.Net;
using Softlan.Wire;

namespace Softlan.Roles.Client;

/// <summary>The errors that end a client beside those of its session: what, why, hint.</summary>
internal static class ClientFailures
{
    public static SoftlanException Captured(IPAddress? relay, string tap) => SoftlanException.Create(
        "Cannot keep the relay outside the tunnel",
        $"this machine now routes {relay} into {tap}, so the tunnel would carry itself",
        "the party's network seems to contain the relay's address, or a routing rule prefers it; "
        + "reach the relay by another address, or change the rule (Linux: 'ip rule', 'ip route get'; Windows: 'route print')");

    /// <param name="room">The one that was to be joined.</param>
    /// <param name="meant">One that this machine knows, and that may have been meant; null: it knows none.</param>
    public static SoftlanException NoRelayKnown(RoomCode room, string? meant) => SoftlanException.Create(
        $"Cannot join room '{room}'",
        "this machine has never joined it, so its relay is not known" + (meant is null ? "" : $"; it has joined {meant}"),
        (meant is null ? "" : $"if you mean that room, type --room {meant}; else ")
        + "give what the organiser sent you: --relay HOST and --pin PIN");
}
