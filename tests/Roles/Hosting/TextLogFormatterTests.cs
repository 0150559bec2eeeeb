using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Softlan.Roles.Hosting;
using Xunit;

namespace Softlan.Tests.Roles.Hosting;

public sealed class TextLogFormatterTests
{
    private const string Time = @"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} ";

    [Theory]
    [InlineData(LogLevel.Trace, "trce")]
    [InlineData(LogLevel.Debug, "dbug")]
    [InlineData(LogLevel.Information, "info")]
    [InlineData(LogLevel.Warning, "warn")]
    [InlineData(LogLevel.Error, "fail")]
    [InlineData(LogLevel.Critical, "crit")]
    public void Write_IsOneLine_WithTimeLevelCategoryAndEvent(LogLevel level, string said)
    {
        string line = Write(level, hasColors: false);
        Assert.Matches($"{Time}{said}: softlan.client\\[341\\] Nobody else{Environment.NewLine}$", line);
    }

    [Fact]
    public void Write_Exception_StaysOnTheLine()
    {
        string line = Write(LogLevel.Error, hasColors: false, new InvalidOperationException("one\ntwo\r\nthree"));
        Assert.Contains("Nobody else System.InvalidOperationException: one two three", line, StringComparison.Ordinal);
        Assert.Single(line.TrimEnd().Split('\n'));
    }

    /// <summary>A terminal may be light.</summary>
    [Fact]
    public void Write_Colors_SetNoBackground()
    {
        Assert.Contains("\e[32minfo\e[39m\e[22m: ", Write(LogLevel.Information, hasColors: true), StringComparison.Ordinal);
        Assert.All(Enum.GetValues<LogLevel>().Except([LogLevel.None]), level => Assert.DoesNotMatch(@"\e\[(4|10)\d", Write(level, hasColors: true)));
    }

    private static string Write(LogLevel level, bool hasColors, Exception? exception = null)
    {
        using StringWriter writer = new();
        LogEntry<string> entry = new(level, "softlan.client", new EventId(341), "Nobody else", exception, static (state, _) => state);
        new TextLogFormatter(hasColors).Write(entry, null, writer);
        return writer.ToString();
    }
}
