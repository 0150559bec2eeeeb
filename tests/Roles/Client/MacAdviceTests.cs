using Softlan.Roles.Client;
using Softlan.Wire;
using Xunit;

namespace Softlan.Tests.Roles.Client;

public sealed class MacAdviceTests
{
    [Theory]
    [InlineData(true, false, "delete '/s/identity.json' and start softlan again to get a new one, or start it with a --virtual-mac")]
    [InlineData(false, true, "start softlan with another --virtual-mac, or without one")]
    [InlineData(false, false, "start softlan with a --virtual-mac, or with another --tap")]
    public void MacAdvice_IsForWhereTheMacCameFrom(bool isIdentitys, bool isGiven, string advice) => Assert.Equal(
        advice,
        ClientLog.MacAdvice(
            new ClientOptions
            {
                Join = new() { Room = default },
                IdentityPath = "/s/identity.json",
                StateDirectory = "/s",
                VirtualMac = isGiven ? MacAddress.FromUInt64(0x02_00_5e_10_00_01) : null,
            },
            isIdentitys));
}
