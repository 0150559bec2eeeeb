using Softlan.Roles.Demo;
using Xunit;

namespace Softlan.Tests.Roles.Demo;

public sealed class DemoTableTests : IDisposable
{
    private readonly StringWriter _output = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly DemoTable _table;

    public DemoTableTests() => _table = new DemoTable(_output, _stop.Token);

    public void Dispose()
    {
        _output.Dispose();
        _stop.Dispose();
    }

    [Fact]
    public void Step_Works_SaysSoWithItsOutcome()
    {
        Assert.True(_table.Step("alice joins", () => "10.73.42.101"));

        Assert.Matches(@"^  ok       alice joins +\d+ ms  10\.73\.42\.101\n$", _output.ToString());
        Assert.False(_table.HasFailures);
    }

    [Fact]
    public void Step_Fails_SaysWhyAndGoesOn()
    {
        Assert.False(_table.Step("alice joins", () => throw new DemoFailure("nobody answers")));

        Assert.Matches(@"^  FAILED   alice joins +\d+ ms  nobody answers\n$", _output.ToString());
        Assert.True(_table.HasFailures);
    }

    [Fact]
    public void Step_FailsBecauseSomebodyInterrupted_IsNoFailure()
    {
        _stop.Cancel();

        Assert.ThrowsAny<OperationCanceledException>(() => _table.Step("alice joins", () => throw new DemoFailure("ended with 143")));
        Assert.Equal("", _output.ToString());
        Assert.False(_table.HasFailures);
    }

    [Fact]
    public void Skip_IsNoFailure()
    {
        _table.Skip("DHCP", "dnsmasq is not installed");

        Assert.Contains("dnsmasq is not installed", _output.ToString(), StringComparison.Ordinal);
        Assert.False(_table.HasFailures);
    }

    [Fact]
    public void NotTried_CountsAsFailure()
    {
        _table.NotTried("bob joins");

        Assert.True(_table.HasFailures);
    }

    [Theory]
    [InlineData(0.034, "0.03 ms")]
    [InlineData(9.5, "9.50 ms")]
    [InlineData(12.3, "12 ms")]
    [InlineData(1234, "1.2 s")]
    public void Duration_IsReadable(double milliseconds, string text) =>
        Assert.Equal(text, DemoTable.Duration(TimeSpan.FromMilliseconds(milliseconds)));

    [Theory]
    [InlineData(94.1e6, "94 Mbit/s")]
    [InlineData(2.154e9, "2.15 Gbit/s")]
    public void Rate_IsReadable(double bitsPerSecond, string text) => Assert.Equal(text, DemoTable.Rate(bitsPerSecond));
}
