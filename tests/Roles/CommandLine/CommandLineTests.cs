using System.CommandLine;
using Softlan.Roles.CommandLine;
using Softlan.Roles.Hosting;
using Softlan.Tests.Fakes;
using Softlan.Wire;
using Xunit;

namespace Softlan.Tests.Roles.CommandLine;

public sealed class CommandLineTests : IDisposable
{
    private readonly StringWriter _output = new();
    private readonly StringWriter _error = new();
    private string? _ran;
    private Size? _size;

    private enum Size
    {
        Small,
        Medium,
        Large,
    }

    public void Dispose()
    {
        _output.Dispose();
        _error.Dispose();
    }

    [Fact]
    public void Run_RightValues_ReachTheCommand()
    {
        Assert.Equal(0, Run("probe", "--probe-room", "Den", "--probe-mtu", "1400"));
        Assert.Equal("Den 1400  False", _ran);
    }

    [Fact]
    public void Run_OptionsLeftOut_HaveTheirDefaults()
    {
        Assert.Equal(0, Run("probe", "--probe-room", "Den"));
        Assert.Equal("Den 1500  False", _ran);
    }

    [Theory]
    [InlineData(
        "--probe-room: 'a b' is not a room code: its character 2 is a space. "
            + "Use 1 to 64 letters, digits, '-' or '_', for example 7kq2-m9tx-w4hb.",
        "probe", "--probe-room", "a b")]
    [InlineData(
        "--probe-mtu: '9' is not an MTU. Give a whole number from 1280 to 1500, for example 1500.",
        "probe", "--probe-room", "a", "--probe-mtu", "9")]
    [InlineData(
        "--probe-mtu: '1500x' is not an MTU. Give a whole number from 1280 to 1500, for example 1500.",
        "probe", "--probe-room", "a", "--probe-mtu", "1500x")]
    [InlineData("'--probe-rom' is not an option of softlan probe. Did you mean --probe-room?", "probe", "--probe-rom", "a")]
    [InlineData("'--nothing-like-it' is not an option of softlan probe. See softlan probe --help.", "probe", "--nothing-like-it")]
    [InlineData("'prob' is not a command. Did you mean probe?", "prob")]
    [InlineData("'extra' is not expected here. See softlan probe --help.", "probe", "--probe-room", "a", "extra")]
    [InlineData(
        "--log-level: 'loud' is not a log level. Use one of trace, debug, information, warning, error, none.",
        "probe", "--probe-room", "a", "--log-level", "loud")]
    [InlineData(
        "'\u2013-probe-room' begins with a typographic dash, as chat programs make it. Type two hyphens: --probe-room.",
        "probe", "\u2013-probe-room", "a")]
    [InlineData(
        "--probe-room: 'a?b' is not a room code: its character 2 is a line break. "
            + "Use 1 to 64 letters, digits, '-' or '_', for example 7kq2-m9tx-w4hb.",
        "probe", "--probe-room", "a\nb")]
    [InlineData(
        "'--probe-room' has a no-break space (U+00A0) in front, as copied text may. Delete that, and type a plain space before --probe-room.",
        "probe", "\u00a0--probe-room", "a")]
    [InlineData(
        "'--probe-room' has an invisible character (U+2800) in front, as copied text may. Delete that, and type a plain space before --probe-room.",
        "probe", "\u2800--probe-room", "a")]
    [InlineData("A word of the command line is nothing but a no-break space (U+00A0). Delete it there.", "probe", "--probe-room", "a", "\u00a0")]
    [InlineData("'--?[2J' is not an option of softlan probe. See softlan probe --help.", "probe", "--\u001b[2J")]
    [InlineData(
        "'--probe-room' stands before the command it belongs to. Put it behind: softlan probe --probe-room.",
        "--probe-room", "a", "probe")]
    [InlineData("'--probe-room' is not expected here. See softlan probe --help.", "probe", "--", "--probe-room", "a")]
    [InlineData(
        "--probe-mtu lacks its value: --probe-room follows it. Give a whole number from 1280 to 1500, for example 1500.",
        "probe", "--probe-mtu", "--probe-room", "a")]
    [InlineData("'--probe-rom=a' is not an option of softlan probe. Did you mean --probe-room?", "probe", "--probe-rom=a")]
    [InlineData("'--probe-room' is not an option of softlan. It is one of softlan probe.", "--probe-room", "a")]
    [InlineData("'serve' is not a command. Use one of probe, or see softlan --help.", "serve")]
    [InlineData("a command is missing. Use one of probe, or see softlan --help.")]
    public void Run_Mistake_IsOneLineAndExitCodeTwo(string line, params string[] args)
    {
        Assert.Equal(ExitCodes.Usage, Run(args));
        Assert.Equal($"softlan: {line}{Environment.NewLine}", _error.ToString());
        Assert.Empty(_output.ToString());
        Assert.Null(_ran);
    }

    [Fact]
    public void Run_RequiredOptionMissing_NamesTheVariableToo()
    {
        Assert.Equal(ExitCodes.Usage, Run("probe"));
        Assert.StartsWith(
            "softlan: --probe-room is missing. Give the code in the join command that the relay prints, for example",
            _error.ToString(),
            StringComparison.Ordinal);
        Assert.EndsWith($"or set SOFTLAN_PROBE_ROOM.{Environment.NewLine}", _error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Run_ValueFromTheEnvironment_IsTakenUnlessTheCommandLineHasOne()
    {
        using EnvironmentVariable room = new("SOFTLAN_PROBE_ROOM", "from-env");
        using EnvironmentVariable flag = new("SOFTLAN_PROBE_FLAG", "yes");
        using EnvironmentVariable name = new("SOFTLAN_PROBE_NAME", "Ann");

        Assert.Equal(0, Run("probe"));
        Assert.Equal("from-env 1500 Ann True", _ran);
        Assert.Equal(0, Run("probe", "--probe-room", "typed"));
        Assert.Equal("typed 1500 Ann True", _ran);
    }

    [Fact]
    public void Run_WrongValueFromTheEnvironment_SaysWhereItCameFrom()
    {
        using EnvironmentVariable mtu = new("SOFTLAN_PROBE_MTU", "many");
        Assert.Equal(ExitCodes.Usage, Run("probe", "--probe-room", "a"));
        Assert.StartsWith(
            "softlan: 'many' in the environment variable SOFTLAN_PROBE_MTU is not an MTU.",
            _error.ToString(),
            StringComparison.Ordinal);

        Assert.Equal(0, Run("probe", "--probe-room", "a", "--probe-mtu", "1300"));
    }

    [Fact]
    public void Run_VariableThatIsNearlyAnOptions_IsToldBeforeAnythingElse()
    {
        using EnvironmentVariable misspelt = new("SOFTLAN_PROBE_ROMO", "a");
        Assert.Equal(0, Run("probe", "--probe-room", "Den"));
        Assert.Equal(
            "softlan: The environment variable SOFTLAN_PROBE_ROMO is not one of softlan's and does nothing. "
            + $"Did you mean SOFTLAN_PROBE_ROOM?{Environment.NewLine}",
            _error.ToString());
        Assert.Equal("Den 1500  False", _ran);

        Assert.Equal(ExitCodes.Usage, Run("probe"));
        Assert.Contains($"SOFTLAN_PROBE_ROOM?{Environment.NewLine}softlan: --probe-room is missing.", _error.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("SOFTLAN_PORT_443_UDP_ADDR")]
    [InlineData("SOFTLAN_PROBE_VERSION")]
    [InlineData("PROBE_ROMO")]
    public void Run_SomebodyElsesVariable_IsNotMentioned(string name)
    {
        using EnvironmentVariable foreign = new(name, "a");
        Assert.Equal(0, Run("probe", "--probe-room", "Den"));
        Assert.Empty(_error.ToString());
    }

    [Fact]
    public void Run_ValueThatBeginsWithAnAt_IsNoFile()
    {
        Assert.Equal(0, Run("probe", "--probe-room", "Den", "--probe-name", "@home"));
        Assert.Equal("Den 1500 @home False", _ran);
    }

    [Theory]
    [InlineData("--version")]
    [InlineData("probe", "--version")]
    public void Run_Version_IsNameAndNumber(params string[] args)
    {
        Assert.Equal(0, Run(args));
        Assert.Matches(@"^softlan \d+\.\d+\.\d+\s+$", _output.ToString());
    }

    [Fact]
    public void Run_Help_ShowsDescriptionDefaultAndLoggingOptions()
    {
        Assert.Equal(0, Run("probe", "--help"));
        Assert.Contains("[default: 1500]", HelpText.Joined(_output.ToString()), StringComparison.Ordinal);
        Assert.Contains("--log-format", _output.ToString(), StringComparison.Ordinal);
        Assert.Empty(_error.ToString());
    }

    [Theory]
    [InlineData("help")]
    [InlineData("help", "probe")]
    [InlineData("probe", "help")]
    public void Run_HelpAsAWord_IsTheSameAsTheOption(params string[] args)
    {
        Assert.Equal(0, Run(args));
        string asWord = _output.ToString();
        _output.GetStringBuilder().Clear();
        Assert.Equal(0, Run([.. args.Where(arg => arg != "help"), "--help"]));
        Assert.Equal(_output.ToString(), asWord);
        Assert.NotEmpty(asWord);
        Assert.Empty(_error.ToString());
    }

    [Theory]
    [InlineData("help", "prob")]
    [InlineData("prob", "--help")]
    public void Run_HelpForACommandThatIsNone_SaysSo(params string[] args)
    {
        Assert.Equal(ExitCodes.Usage, Run(args));
        Assert.Equal($"softlan: 'prob' is not a command. Did you mean probe?{Environment.NewLine}", _error.ToString());
        Assert.Empty(_output.ToString());
    }

    [Fact]
    public void Run_HelpElsewhere_IsAWordLikeAnyOther()
    {
        Assert.Equal(0, Run("probe", "--probe-room", "help"));
        Assert.StartsWith("help ", _ran, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_Help_ShowsDefaultsAsTheyAreTyped()
    {
        Assert.Equal(0, Run("probe", "--help"));
        Assert.Contains("[default: information]", HelpText.Joined(_output.ToString()), StringComparison.Ordinal);
        Assert.Contains("[default: text]", HelpText.Joined(_output.ToString()), StringComparison.Ordinal);
        Assert.Contains("[default: medium]", HelpText.Joined(_output.ToString()), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Medium")]
    [InlineData("Large", "--probe-size", "LARGE")]
    [InlineData("Large", "--probe-size", "Big")]
    public void Run_OneWordOutOfAFew_IsWhatItStandsFor(string expected, params string[] args)
    {
        Assert.Equal(0, Run(["probe", "--probe-room", "a", .. args]));
        Assert.Equal(expected, _size?.ToString());
    }

    [Fact]
    public void Run_SoftlanException_IsOneLineAndExitCodeOne()
    {
        Assert.Equal(ExitCodes.Failure, Run("probe", "--probe-room", "fails"));
        Assert.Equal($"softlan: Cannot probe: it fails. Hint: try another room.{Environment.NewLine}", _error.ToString());
    }

    [Fact]
    public void Run_HelpThatCannotBeWritten_IsOneLineAndExitCodeOne()
    {
        using DeadTerminal full = new();
        using OutputWriter output = new(full);
        Assert.Equal(ExitCodes.Failure, SoftlanCommandLine.Run(SoftlanCommandLine.CreateRoot(), ["--help"], output, _error));
        Assert.StartsWith("softlan: Cannot write to stdout: Input/output error. Hint: ", _error.ToString(), StringComparison.Ordinal);
        Assert.Single(_error.ToString(), c => c == '\n');
    }

    private int Run(params string[] args)
    {
        Option<RoomCode> room = SoftlanOption.Required("--probe-room", ValueKinds.RoomCode, "code", "The room.");
        Option<int> mtu = SoftlanOption.WithDefault("--probe-mtu", ValueKinds.Mtu, "bytes", "The MTU.", 1500);
        Option<string?> name = SoftlanOption.Optional("--probe-name", ValueKinds.Text("a name", 32, "Ann"), "text", "The name.", "nobody");
        Option<bool> flag = SoftlanOption.Flag("--probe-flag", "A flag.");
        Option<Choice<Size>> size = SoftlanOption.OneOf(
            "--probe-size", "a size", "size", "The size.", Size.Medium, [("big", "large")],
            ("small", Size.Small), ("medium", Size.Medium), ("large", Size.Large));
        Command probe = new("probe", "Probes.") { room, mtu, name, flag, size };
        probe.SetAction(parsed =>
        {
            _size = parsed.GetValue(size).Value;
            _ran = $"{parsed.GetRequiredValue(room)} {parsed.GetValue(mtu)} {parsed.GetValue(name)} {parsed.GetValue(flag)}";
            return _ran.StartsWith("fails", StringComparison.Ordinal)
                ? throw SoftlanException.Create("Cannot probe", "it fails", "try another room")
                : 0;
        });
        Command hidden = new("hidden", "Not for people.") { Hidden = true };
        return SoftlanCommandLine.Run(SoftlanCommandLine.CreateRoot(probe, hidden), args, _output, _error);
    }
}
