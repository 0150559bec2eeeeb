using Softlan.Wire;
using Xunit;

namespace Softlan.Tests.Roles.Client;

// Whom a client trusts, of which it makes sure before it changes the machine.
public sealed partial class ClientRoleTests
{
    [Fact]
    public void Start_RememberedCaFileIsGone_EndsBeforeAnythingIsMade()
    {
        File.WriteAllText(
            _directory.File("profile.json"), """{"rooms":[{"room":"ROOM1","relay":"party.example.org:443","caFile":"/nowhere/ca.pem"}]}""");
        MakeClient(null);
        SoftlanException failure = Assert.Throws<SoftlanException>(() => _client!.Start(OnEnded));
        Assert.StartsWith("Cannot read the CA file '/nowhere/ca.pem': there is no such file. Hint: ", failure.Message, StringComparison.Ordinal);
        Assert.Equal(["ready", "clean"], _host.Events);
    }
}
