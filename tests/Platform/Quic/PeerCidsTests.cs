using System.Runtime.Versioning;
using Softlan.Platform.Quic.Ngtcp2;
using Softlan.Tests.Fakes;
using Xunit;

namespace Softlan.Tests.Platform.Quic;

[SupportedOSPlatform("linux")]
public sealed class PeerCidsTests
{
    private readonly PeerCids _cids = new(new ManualLane(), () => { });

    [Fact]
    public void TryUse_AnotherBeforeTheFirst_IsNot() => Assert.False(_cids.TryUse(1, new CidKey([2])));

    /// <summary>The first was retired long ago.</summary>
    [Fact]
    public void TryUse_WhileNoneIsLeft_Is()
    {
        Assert.True(_cids.TryUse(0, new CidKey([1])));
        _cids.Remove(new CidKey([1]));
        Assert.True(_cids.TryUse(1, new CidKey([2])));
    }
}
