using Softlan.Wire;
using Softlan.Wire.Control;

namespace Softlan.Roles.Relay;

/// <summary>Who may come into a room: the reasons to reject a hello, the first of which counts.</summary>
internal sealed class Admission(RelayHouse house)
{
    private RelayOptions Options => house.Options;

    /// <param name="hello">Of this version.</param>
    /// <param name="room">Null when there is no such room yet.</param>
    /// <param name="replaced">Whose place the peer has the token for, and takes: it stands in nobody's way.</param>
    /// <returns>Null: nothing is against it.</returns>
    public RejectMessage? Judge(HelloMessage hello, Room? room, Member? replaced)
    {
        bool isGateway = hello.Role == PeerRole.Gateway;
        if (!isGateway && !hello.Mac.IsValidClientAddress)
        {
            return new RejectMessage(
                RejectReason.BadMac,
                $"{hello.Mac} cannot be a player's MAC address; it must be unicast and locally administered, for example 02:00:5e:10:00:01.");
        }

        bool opens = room is null || room.IsEmpty;
        int mtu = opens ? Options.MaxMtu : room!.Switch.Mtu;
        int smallest = opens ? FrameLimits.MinMtu : mtu;
        if (hello.Mtu < smallest)
        {
            return new RejectMessage(RejectReason.MtuTooSmall, $"This room needs an MTU of {smallest} bytes, but yours is {hello.Mtu}.");
        }

        if (replaced is null && !house.HasPlaceForPeer(hello.Room))
        {
            return new RejectMessage(
                RejectReason.ServerFull,
                house.Peers >= Options.MaxPeers
                    ? $"The relay is full: it has {Count(Options.MaxPeers, "peer")} (--max-peers)."
                    : $"The relay keeps its last places for the room of its join command (--max-peers {Options.MaxPeers}).");
        }

        if (opens && !house.HasPlaceFor(hello.Room))
        {
            return new RejectMessage(
                RejectReason.ServerFull,
                house.OpenRooms >= Options.MaxRooms
                    ? $"The relay is full: it has {Count(Options.MaxRooms, "room")} (--max-rooms)."
                    : $"The relay keeps its last place for the room of its join command (--max-rooms {Options.MaxRooms}).");
        }

        return room is null ? null : JudgeInRoom(hello, room, replaced, isGateway);
    }

    private RejectMessage? JudgeInRoom(HelloMessage hello, Room room, Member? replaced, bool isGateway)
    {
        if (isGateway)
        {
            return room.Gateway is null || ReferenceEquals(room.Gateway, replaced)
                ? null
                : new RejectMessage(RejectReason.GatewayTaken, $"Room {room.Code} already has a gateway, and only one is possible.");
        }

        if (room.Switch.FindClient(hello.Mac) is { } owner && !ReferenceEquals(owner, replaced))
        {
            return new RejectMessage(RejectReason.MacTaken, $"Another player in room {room.Code} has the MAC address {hello.Mac}.");
        }

        return replaced is null && room.ClientCount >= Options.MaxClientsPerRoom
            ? new RejectMessage(RejectReason.RoomFull, $"Room {room.Code} is full: it has {Count(Options.MaxClientsPerRoom, "player")}.")
            : null;
    }

    private static string Count(int number, string what) => number == 1 ? $"1 {what}" : $"{number} {what}s";
}
