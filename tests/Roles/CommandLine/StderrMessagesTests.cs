using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Softlan.Roles.CommandLine;
using Softlan.Roles.Hosting;
using Softlan.Wire;
using Xunit;

namespace Softlan.Tests.Roles.CommandLine;

/// <summary>What stands on stderr beside the log, in the log's format.</summary>
public sealed class StderrMessagesTests : IDisposable
{
    private readonly StringWriter _output = new();
    private readonly StringWriter _error = new();

    public void Dispose()
    {
        _output.Dispose();
        _error.Dispose();
    }

    [Fact]
    public void Json_Failure_IsOneObjectLikeALineOfTheLog()
    {
        Assert.Equal(ExitCodes.Failure, Run("json", "--json-room", "a", "--log-format", "json"));
        JsonElement line = Assert.Single(Objects());
        Assert.Equal("Cannot say 'json': \u00fc. Hint: try another.", Text(line, "Message"));
        Assert.Equal(("Error", "softlan"), (Text(line, "LogLevel"), Text(line, "Category")));
        Assert.NotEqual(0, line.GetProperty("EventId").GetInt32());
        Assert.True(DateTime.TryParseExact(
            Text(line, "Timestamp"), "yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture, DateTimeStyles.None, out _));
        Assert.EndsWith("}" + Environment.NewLine, _error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Json_LogLevelNone_TellsTheFailureAllTheSame()
    {
        Assert.Equal(ExitCodes.Failure, Run("json", "--json-room", "a", "--log-format", "json", "--log-level", "none"));
        Assert.Single(Objects());
    }

    [Fact]
    public void Json_Mistakes_AreObjectsEach()
    {
        Assert.Equal(ExitCodes.Usage, Run("json", "--json-mtu", "9", "--log-format", "json"));
        Assert.Collection(
            Objects(),
            line => Assert.StartsWith("--json-room is missing.", Text(line, "Message"), StringComparison.Ordinal),
            line => Assert.StartsWith("--json-mtu: '9' is not an MTU.", Text(line, "Message"), StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("'--json-rom' is not an option of softlan json. Did you mean --json-room?", "json", "--json-rom", "a", "--log-format", "json")]
    [InlineData("a command is missing. Use one of json, or see softlan --help.", "--log-format", "json")]
    public void Json_CommandLineThatMakesNoSense_IsOneObject(string message, params string[] args)
    {
        Assert.Equal(ExitCodes.Usage, Run(args));
        Assert.Equal(message, Text(Assert.Single(Objects()), "Message"));
    }

    [Fact]
    public void Json_VariableThatIsMisspelt_IsAWarning()
    {
        using EnvironmentVariable misspelt = new("SOFTLAN_JSON_ROMO", "a");
        Run("json", "--json-room", "a", "--log-format", "json");
        JsonElement line = Objects()[0];
        Assert.Equal("Warning", Text(line, "LogLevel"));
        Assert.StartsWith("The environment variable SOFTLAN_JSON_ROMO is not one of", Text(line, "Message"), StringComparison.Ordinal);
    }

    [Fact]
    public void LogFormatThatIsNone_IsToldAsText()
    {
        Assert.Equal(ExitCodes.Usage, Run("json", "--json-room", "a", "--log-format", "xml"));
        Assert.Equal($"softlan: --log-format: 'xml' is not a log format. Use one of text, json.{Environment.NewLine}", _error.ToString());
    }

    private static string? Text(JsonElement line, string property) => line.GetProperty(property).GetString();

    private JsonElement[] Objects() => [.. _error.ToString().Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries)
        .Select(line => JsonDocument.Parse(line).RootElement)];

    private int Run(params string[] args)
    {
        Option<RoomCode> room = SoftlanOption.Required("--json-room", ValueKinds.RoomCode, "code", "The room.");
        Option<int> mtu = SoftlanOption.WithDefault("--json-mtu", ValueKinds.Mtu, "bytes", "The MTU.", 1500);
        Command command = new("json", "Fails.") { room, mtu };
        command.SetAction(int (_) => throw SoftlanException.Create("Cannot say 'json'", "\u00fc", "try another"));
        return SoftlanCommandLine.Run(SoftlanCommandLine.CreateRoot(command), args, _output, _error);
    }
}
