using Softlan.Platform;
using Softlan.Wire;
using Softlan.Wire.Control;

namespace Softlan.Roles.Relay;

/// <summary>What one seat may send: bytes, broadcasts, multicasts and probes, each by a rate with a burst. It stays with the seat, so that nobody
/// gets a full burst by connecting again.</summary>
/// <remarks>Asking allocates nothing.</remarks>
internal sealed class SendLimits
{
    /// <summary>Broadcast frames a second that a gateway may send, and as many at once, and as many multicast frames; more are dropped. Hundreds of
    /// machines that look for each other, or a television's multicast of 20 Mbit/s, pass; a LAN with a loop does not, nor a stranger who calls
    /// himself a gateway, for each of these frames goes to every player of his room. The two are counted apart, so that more television than that
    /// does not cost the LAN's ARP and DHCP. What all of a room send to everybody has a limit beside it (<see cref="RoomLimit"/>).</summary>
    public const int GatewayBroadcastRate = 2048;

    /// <summary>Probes a second, and twice as many at once; more are dropped. A peer sends two a second, to the relay and to the gateway. Without it
    /// one player could use up what the gateway answers in all (<see cref="Shared.Prober"/>), and nobody would see his round trip any more.</summary>
    public const int ProbeRate = 8;

    private readonly ILane _lane;
    private readonly TokenBucket _probes = new(ProbeRate, 2 * ProbeRate);
    private readonly TokenBucket? _bytes;
    private readonly TokenBucket _broadcasts;
    private readonly TokenBucket _multicasts;

    /// <param name="role">A player's broadcasts and multicasts are counted together, a gateway's apart.</param>
    /// <param name="options">Has the rates.</param>
    /// <param name="lane">The room's.</param>
    public SendLimits(PeerRole role, RelayOptions options, ILane lane)
    {
        _lane = lane;
        bool isGateway = role == PeerRole.Gateway;
        BitRate rate = isGateway ? options.GatewayRate : options.ClientRate;
        _bytes = rate.IsUnlimited ? null : new TokenBucket(rate.BytesPerSecond, rate.BytesPerSecond);
        _broadcasts = isGateway
            ? new TokenBucket(GatewayBroadcastRate, GatewayBroadcastRate)
            : new TokenBucket(options.ClientBroadcastRate, 2.0 * options.ClientBroadcastRate);
        _multicasts = isGateway ? new TokenBucket(GatewayBroadcastRate, GatewayBroadcastRate) : _broadcasts;
    }

    /// <summary>Whether <paramref name="bytes"/> more may be sent now. Takes them.</summary>
    public bool MaySend(int bytes) => _bytes is null || _bytes.TryTake(bytes, _lane.Now);

    /// <summary>Whether one more frame to everybody may be sent now. Takes it.</summary>
    /// <param name="destination">Whom the frame is for: all, a group, or somebody whom nobody knows.</param>
    public bool MaySendToAll(MacAddress destination) =>
        (destination.IsMulticast && destination != MacAddress.Broadcast ? _multicasts : _broadcasts).TryTake(1, _lane.Now);

    /// <summary>Whether one more probe may be sent now. Takes it. Replies are not counted: a gateway has one for each player.</summary>
    public bool MayProbe() => _probes.TryTake(1, _lane.Now);
}
