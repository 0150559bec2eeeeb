using Softlan.Roles.Relay;
using Softlan.Wire;
using Xunit;
using static Softlan.Tests.Roles.Relay.RelayBench;

namespace Softlan.Tests.Roles.Relay;

// What becomes of rooms that nobody is in.
public sealed partial class RelayRoleTests
{
    [Fact]
    public void Room_EmptyForLongerThanItsSeatsAreKept_IsForgotten()
    {
        RelayRole relay = Start();
        ConnectAndJoin(relay, ClientHello(1), out _).Close(CloseReason.Normal, "done");
        Wait(TimeSpan.FromSeconds(55));
        Assert.Equal(1, relay.House.KnownRooms);
        Wait(TimeSpan.FromSeconds(20));
        Assert.Equal(0, relay.House.KnownRooms);
    }
}
