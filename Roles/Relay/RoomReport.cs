using Microsoft.Extensions.Logging;
using Softlan.Platform;
using Softlan.Roles.Shared;
using Softlan.Wire;
using Softlan.Wire.Control;

namespace Softlan.Roles.Relay;

/// <summary>Tells the operator who comes into rooms, leaves them, and is turned away. Of the room of the join command everything is told, of others
/// as much as <see cref="StrangerLines"/> lets through.</summary>
internal sealed class RoomReport(RelayHouse house, ILane lane, ILogger logger)
{
    public void Opened(Room room)
    {
        if (MayTell(room.Code))
        {
            RelayLog.RoomOpened(logger, room.Code, room.Switch.Mtu);
        }
    }

    /// <param name="member">Who has sat down.</param>
    /// <param name="software">What it runs.</param>
    /// <param name="comesBack">Its seat is one that was taken before.</param>
    public void Entered(Member member, string software, bool comesBack)
    {
        (PeerInfo info, RoomCode room, string name) = (member.Info, member.Room.Code, PeerNames.NameOf(member.Info));
        if (!MayTell(room))
        {
            return;
        }

        if (comesBack)
        {
            RelayLog.CameBack(logger, info.Id, name, room, info.Role, member.RemoteEndPoint, software);
        }
        else if (member.IsGateway)
        {
            RelayLog.GatewayJoined(logger, info.Id, name, room, member.RemoteEndPoint, software);
        }
        else
        {
            RelayLog.ClientJoined(logger, info.Id, name, room, info.Mac, member.RemoteEndPoint, software);
        }
    }

    public void Left(Member member, CloseReason reason, string text)
    {
        if (MayTell(member.Room.Code))
        {
            RelayLog.Left(logger, member.Id, PeerNames.NameOf(member.Info), member.Room.Code, reason, text);
        }
    }

    public void Closed(Room room)
    {
        if (MayTell(room.Code))
        {
            RelayLog.RoomClosed(logger, room.Code);
        }
    }

    /// <param name="peer">Who was not let in.</param>
    /// <param name="room">Where it wanted to; null: nobody can tell.</param>
    /// <param name="text">Why not.</param>
    public void Rejected(RelayPeer peer, RoomCode? room, string text)
    {
        if (MayTell(room))
        {
            RelayLog.Rejected(logger, peer.RemoteEndPoint, text);
        }
    }

    public void ProtocolError(RelayPeer peer, string text)
    {
        if (MayTell(peer.Member?.Room.Code))
        {
            RelayLog.ProtocolError(logger, peer.RemoteEndPoint, peer.Member?.Id ?? 0, text);
        }
    }

    private bool MayTell(RoomCode? room) => (room is not null && room == house.KeptRoom) || house.StrangerLines.TryTake(lane.Now);
}
