using Softlan.Platform.Quic;
using Xunit;

namespace Softlan.Tests.Platform.Quic;

public sealed class ProvenWindowTests
{
    private readonly ProvenWindow _proven = new();

    [Fact]
    public void Value_IsTheMostOfThisMemoryAndTheLast()
    {
        Assert.Equal(0, _proven.Value);
        _proven.Add(5000);
        _proven.Add(3000);
        Assert.Equal(5000, _proven.Value);
        _proven.Forget(0);
        _proven.Forget(1);
        _proven.Add(2000);
        Assert.Equal(5000, _proven.Value);
        _proven.Forget(1);
        Assert.Equal(2000, _proven.Value);
        _proven.Forget(1);
        Assert.Equal(0, _proven.Value);
    }

    [Fact]
    public void Forget_MoreThanOneMemory_NothingIsLeft()
    {
        _proven.Add(5000);
        _proven.Forget(2);
        Assert.Equal(0, _proven.Value);
    }
}
