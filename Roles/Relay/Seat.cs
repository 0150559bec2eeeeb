using Softlan.Platform;
using Softlan.Wire;
using Softlan.Wire.Control;

namespace Softlan.Roles.Relay;

/// <summary>A place in a room: an id and the token to come back to it. Outlives the connection by <see cref="SeatBook.Memory"/>.</summary>
internal sealed class Seat(ushort id, ResumeToken token)
{
    private PeerRole _role;
    private MacAddress _mac;
    private SendLimits? _limits;

    public ushort Id { get; } = id;

    public ResumeToken Token { get; } = token;

    /// <summary>Who sits there; null when nobody does.</summary>
    public RelayPeer? Occupant { get; set; }

    /// <summary>When the last occupant left; meaningless while there is one.</summary>
    public TimeSpan VacantSince { get; set; }

    /// <summary>Whether somebody has ever sat here.</summary>
    public bool WasTaken => _limits is not null;

    /// <summary>Whether it was taken last in this role and with this MAC: then nobody is new to the room.</summary>
    public bool WasTakenBy(HelloMessage hello) => _limits is not null && _role == hello.Role && (_role == PeerRole.Gateway || _mac == hello.Mac);

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
}
