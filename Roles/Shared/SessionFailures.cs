using System.Net;
using System.Net.Sockets;
using Softlan.Platform;
using Softlan.Wire;
using Softlan.Wire.Control;

namespace Softlan.Roles.Shared;

/// <summary>The errors that end a session: what, why, hint.</summary>
internal static class SessionFailures
{
    public static SoftlanException Untrusted(RelaySessionOptions options, string why)
    {
        if (options.Trust.Pin is { } pin)
        {
            // Both pins, even where the engine names one of them only.
            string source = options.IsTrustRemembered ? "the pin remembered from the last join" : "--pin";
            string expected = why.Contains(pin.ToString(), StringComparison.Ordinal) ? why : $"{why}; {source} is {pin}";
            return SoftlanException.Create(
                $"{options.Relay} is not the relay that {source} names",
                expected,
                "ask the organiser which pin the relay prints when it starts; if it is the new one, give that with --pin");
        }

        if (HintFor(why) is { } hint)
        {
            return SoftlanException.Create($"Cannot trust {options.Relay}", why, hint);
        }

        return options.Trust.CaFile is { } file
            ? SoftlanException.Create(
                $"Cannot trust {options.Relay}",
                why,
                $"give the CA that signed the relay's certificate ('{file}' is not it, or lacks it), "
                + "the name in it with --server-name, or the relay's --pin")
            : SoftlanException.Create(
                $"Cannot trust {options.Relay}",
                why,
                "for a relay that made its own certificate, give the --pin that it prints when it starts; "
                + "otherwise check --server-name and this machine's clock");
    }

    /// <summary>Where one thing is wrong that has a cure of its own. Null: it does not, or several are.</summary>
    private static string? HintFor(string why) =>
        TrustFaults.IsOnly(why, TrustFaults.Expired)
            ? "ask the organiser to renew the relay's certificate; if others can join, see that this machine's clock is right"
        : TrustFaults.IsOnly(why, TrustFaults.NotYetValid)
            ? "see that this machine's clock is right"
        : TrustFaults.IsOnly(why, TrustFaults.OtherName)
            ? "give the name in the relay's certificate with --server-name"
        : null;

    /// <summary>What to do when no address of the relay could be connected to; null where its reason says it.</summary>
    /// <param name="kind">How the attempts ended.</param>
    /// <param name="port">The relay's UDP port.</param>
    public static string? ConnectHint(LinkCloseKind kind, int port) => kind switch
    {
        LinkCloseKind.TimedOut =>
            $"see that the relay runs, and that its firewall lets UDP port {port} in (opening TCP does not help); "
            + "if others reach it, this network blocks UDP, or wants you to log in first: open a page in a browser, or try another network, "
            + "such as a phone's hotspot",
        LinkCloseKind.Incomplete =>
            $"see that {port} is the relay's port and not another service's; if it is, full packets get lost on the way: try another network",
        LinkCloseKind.NobodyListens =>
            $"see that the relay runs there, and on UDP port {port} (not TCP); a firewall that rejects packets looks the same",
        LinkCloseKind.Full =>
            "the relay accepts no more from this address, or none at all: ask its operator to raise --max-links-per-address or --max-peers",
        _ => null,
    };

    /// <summary>What to do where no packet leaves this machine for the relay.</summary>
    /// <param name="relay">The address that was tried.</param>
    /// <param name="isName">The relay was given by name; otherwise by this address.</param>
    public static string HintWithoutWay(IPAddress relay, bool isName)
    {
        if (relay.AddressFamily == AddressFamily.InterNetworkV6)
        {
            return $"{relay} is an IPv6 address, and this machine may have no route for IPv6; give the relay's name or IPv4 address with --relay, "
                + "or join from a network with IPv6";
        }

        string connected = "see that this machine is connected to the internet, and that its own firewall lets softlan send";
        return isName ? connected : $"{connected}; in a network that has IPv6 only, such as some phones', give the relay's name with --relay";
    }

    public static SoftlanException Rejected(RelaySessionOptions options, RejectMessage reject) =>
        SoftlanException.Create(
            $"Room '{options.Room}' on {options.Relay} does not let us in",
            PlainText.Of(reject.Text),
            RejectPolicy.Hint(reject.Reason, options.Role, hasBeenJoined: false));

    /// <summary>Kicked, or replaced by another process that holds the same token.</summary>
    public static SoftlanException Dismissed(RelaySessionOptions options, CloseReason reason, string text) => reason == CloseReason.Replaced
        ? SoftlanException.Create(
            $"{options.Relay} gave our place in room '{options.Room}' to another softlan",
            text,
            "stop the other one: both use the same identity")
        : SoftlanException.Create($"{options.Relay} removed us from room '{options.Room}'", text, "ask the organiser why");
}
