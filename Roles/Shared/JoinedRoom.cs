using System.Net;
using Softlan.Wire;

namespace Softlan.Roles.Shared;

/// <summary>What the relay's welcome said.</summary>
/// <param name="Self">The id that the relay gave this peer.</param>
/// <param name="Room">The room, as the relay writes it.</param>
/// <param name="Mtu">The room's IP MTU in bytes, 1280 to 1500.</param>
/// <param name="Relay">The address that worked.</param>
/// <param name="Again">Whether this session was in the room before.</param>
internal sealed record JoinedRoom(ushort Self, RoomCode Room, int Mtu, IPEndPoint Relay, bool Again);
