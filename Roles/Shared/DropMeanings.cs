using Softlan.Wire;

namespace Softlan.Roles.Shared;

/// <summary>What a <see cref="DropReason"/> means, for those who have the program and no page that explains it.</summary>
internal static class DropMeanings
{
    /// <summary>A short phrase without a full stop, which stands in brackets behind the name and the number.</summary>
    public static string Of(DropReason reason) => reason switch
    {
        DropReason.None => "passed on",
        DropReason.Malformed => "not softlan's protocol",
        DropReason.InvalidSourceMac => "from a MAC that no network card has",
        DropReason.UnauthorizedSourceMac => "from a MAC that is not the player's own, as of a virtual machine behind its card",
        DropReason.LoopedSourceMac => "a player's MAC came from the LAN: something else connects the two, or a machine there has the same MAC",
        DropReason.LanSourceMac => "a player has the MAC of a machine on the LAN",
        DropReason.SwitchControl => "what switches and network devices say to each other stays where it is",
        DropReason.Jumbo => "longer than 1518 bytes: turn jumbo frames off",
        DropReason.VlanTagged => "with a VLAN tag: use an untagged port",
        DropReason.DhcpServer => "a player's machine acts as a DHCP server",
        DropReason.RouterAdvertisement => "a player's machine acts as a router",
        DropReason.Unjudgeable => "damaged, or of a rare kind that cannot be checked",
        DropReason.ArpSpoof => "a player's machine spoke for another one",
        DropReason.MtuExceeded => "larger than the room's MTU",
        DropReason.RateLimited => "more than a player or gateway is allowed to send",
        DropReason.UnknownDestination => "nobody in the room has the destination's MAC",
        DropReason.QueueFull => "an internet connection is too slow: on a relay the receiver's, elsewhere the upload",
        DropReason.TooOld => "it waited too long to be of use",
        DropReason.Congested => "early, so that a download on a full connection slows down",
        DropReason.PathTooSmall => "the path to the relay had just shrunk",
        DropReason.Incomplete => "half of it got lost on the way",
        DropReason.PortBusy => "the operating system did not take it or hand it over: interface down, or memory short",
        DropReason.NotConnected => "there was no connection to the relay",
        DropReason.BadOffload => "the network card handed over what is no frame",
        _ => throw new ArgumentOutOfRangeException(nameof(reason)),
    };
}
