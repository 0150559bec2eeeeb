using System.Net;
using Softlan.Platform;
using Softlan.Wire;
using Softlan.Wire.Control;

namespace Softlan.Roles.Relay;

/// <summary>A place in a room: an id and the token to come back to it. Outlives the connection by <see cref="SeatBook.Memory"/>.</summary>
internal sealed class Seat(ushort id, ResumeToken token)
{
    /// <summary>So many times its owner may come back so that the others hear of it, and once more each <see cref="ReturnInterval"/>; what is beyond
    /// counts as a newcomer (<see cref="JoinLimit"/>). Each time, everybody in the room is told that somebody left and that somebody joined, and the
    /// gateway tells its LAN. A program that crashes as it starts, and a line that breaks all the time, stay below.</summary>
    public const int ReturnsAtOnce = 8;

    public static readonly TimeSpan ReturnInterval = TimeSpan.FromSeconds(4);

    private readonly TokenBucket _returns = new(1 / ReturnInterval.TotalSeconds, ReturnsAtOnce);
    private PeerRole _role;
    private MacAddress _mac;
    private SendLimits? _limits;

    public ushort Id { get; } = id;

    public ResumeToken Token { get; } = token;

    /// <summary>Who sits there; null when nobody does.</summary>
    public RelayPeer? Occupant { get; set; }

    /// <summary>Where the operator was last told that the occupant is.</summary>
    public IPAddress? ToldAddress { get; set; }

    /// <summary>When the last occupant left; meaningless while there is one.</summary>
    public TimeSpan VacantSince { get; set; }

    /// <summary>Whether somebody has ever sat here.</summary>
    public bool WasTaken => _limits is not null;

    /// <summary>Whether this hello of somebody who has the token is the occupant's own, over another link: to the others nothing happens.</summary>
    public bool IsContinuedBy(HelloMessage hello) => Occupant is { IsAnnounced: true } old && old.Info.Name == hello.Name && WasTakenBy(hello);

    /// <summary>Whether this hello of somebody who has the token counts as no newcomer's. Takes one return, unless nobody would hear of it.</summary>
    public bool MayReturn(HelloMessage hello, TimeSpan now) => WasTakenBy(hello) && (IsContinuedBy(hello) || _returns.TryTake(1, now));

    /// <summary>Somebody sits down.</summary>
    /// <param name="hello">What it announced.</param>
    /// <param name="options">Has the rates.</param>
    /// <param name="lane">The room's.</param>
    /// <returns>What may be sent from here. Who comes back in the same role finds the limits as they were left.</returns>
    public SendLimits Take(HelloMessage hello, RelayOptions options, ILane lane)
    {
        if (_limits is null || _role != hello.Role)
        {
            _limits = new SendLimits(hello.Role, options, lane);
        }

        (_role, _mac) = (hello.Role, hello.Mac);
        return _limits;
    }

    /// <summary>Whether it was taken last in this role and with this MAC: then nobody is new to the room.</summary>
    private bool WasTakenBy(HelloMessage hello) => _limits is not null && _role == hello.Role && (_role == PeerRole.Gateway || _mac == hello.Mac);
}
