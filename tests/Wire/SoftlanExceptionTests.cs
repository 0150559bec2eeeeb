using Softlan.Wire;
using Xunit;

namespace Softlan.Tests.Wire;

public sealed class SoftlanExceptionTests
{
    [Fact]
    public void Message_IsTheLineMadeOfItsParts()
    {
        SoftlanException error = SoftlanException.Create("Cannot open it", "there is no room", "make some");
        Assert.Equal("Cannot open it: there is no room. Hint: make some.", error.Message);
        Assert.Equal(("Cannot open it", "there is no room", "make some"), (error.What, error.Why, error.Hint));
    }

    [Fact]
    public void Message_WithoutAHint_EndsWithTheReason()
    {
        SoftlanException error = SoftlanException.Create("Cannot open it", "there is no room");
        Assert.Equal("Cannot open it: there is no room.", error.Message);
        Assert.Null(error.Hint);
    }
}
