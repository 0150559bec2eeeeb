using System.Runtime.Versioning;
using Softlan.Roles.Demo;
using Xunit;

namespace Softlan.Tests.Roles.Demo;

[SupportedOSPlatform("linux")]
public sealed class DemoLeftoversTests
{
    [Fact]
    public void NamespaceIds_OwnNamespaces_AreFoundOnceEach()
    {
        const string List = "softlan-demo-812-alice (id: 3)\nsoftlan-demo-812-bob\nsoftlan-demo-7-relay (id: 0)\n";

        Assert.Equal(["812", "7"], DemoLeftovers.NamespaceIds(List));
    }

    [Theory]
    [InlineData("")]
    [InlineData("docker-demo-812-alice")]
    [InlineData("softlan-demo-alice")]
    [InlineData("softlan-demo-mine-alice")]
    [InlineData("softlan-demo-812-alice-2")]
    [InlineData("my-softlan-demo-812-alice")]
    public void NamespaceIds_OtherPeoplesNamespaces_AreLeftAlone(string name) => Assert.Empty(DemoLeftovers.NamespaceIds(name + "\n"));
}
