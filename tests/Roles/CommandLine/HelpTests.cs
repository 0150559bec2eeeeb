using System.CommandLine;
using System.Text.RegularExpressions;
using Softlan.Roles.Client;
using Softlan.Roles.CommandLine;
using Softlan.Roles.Gateway;
using Softlan.Roles.Hosting;
using Softlan.Roles.Relay;
using Xunit;

namespace Softlan.Tests.Roles.CommandLine;

/// <summary>What the help says of each option is what the option accepts.</summary>
public sealed partial class HelpTests : IDisposable
{
    private readonly StringWriter _output = new();
    private readonly StringWriter _error = new();

    public static TheoryData<string> Commands => ["relay", "gateway", "client"];

    public void Dispose()
    {
        _output.Dispose();
        _error.Dispose();
    }

    [Theory]
    [MemberData(nameof(Commands))]
    public void Help_NumbersWithBounds_AreAcceptedUpToThemAndNoFurther(string command)
    {
        Match[] ranges = [.. HelpOf(command).Select(line => NumberRange().Match(line)).Where(match => match.Success)];
        Assert.NotEmpty(ranges);
        Assert.All(ranges, range =>
        {
            string option = range.Groups["option"].Value;
            int min = int.Parse(range.Groups["min"].Value);
            int max = int.Parse(range.Groups["max"].Value);
            Assert.True(min < max);
            AssertAccepted(command, option, $"{min}", $"{max}");
            AssertRefused(command, option, $"{min - 1}", $"{max + 1}");
        });
    }

    [Theory]
    [MemberData(nameof(Commands))]
    public void Help_TextsWithBounds_AreAcceptedUpToThemAndNoFurther(string command)
    {
        Assert.All(HelpOf(command).Select(line => TextRange().Match(line)).Where(match => match.Success), range =>
        {
            string option = range.Groups["option"].Value;
            int max = int.Parse(range.Groups["max"].Value);
            AssertAccepted(command, option, "a", new string('a', max));
            AssertRefused(command, option, "", new string('a', max + 1));
        });
    }

    [Fact]
    public void Help_Rates_AreAcceptedUpToTheirBoundsAndNoFurther()
    {
        Match[] ranges = [.. HelpOf("relay").Select(line => RateRange().Match(line)).Where(match => match.Success)];
        Assert.Equal(["--client-rate", "--gateway-rate"], ranges.Select(range => range.Groups["option"].Value));
        Assert.All(ranges, range =>
        {
            string option = range.Groups["option"].Value;
            long min = long.Parse(range.Groups["min"].Value);
            long max = long.Parse(range.Groups["max"].Value);
            AssertAccepted("relay", option, $"{min}", $"{max}gbit", "unlimited");
            AssertRefused("relay", option, $"{min - 1}", $"{max + 1}gbit");
        });
    }

    /// <summary>An option whose advice has bounds has them in the help as well.</summary>
    [Theory]
    [MemberData(nameof(Commands))]
    public void Help_EveryOptionWithBounds_StatesThem(string command)
    {
        foreach (Option option in Create(command).Options)
        {
            Match bounds = Bounds().Match((option as IAdvised)?.Advice ?? "");
            Assert.Contains(bounds.Success ? $"{bounds.Groups["min"]} to {bounds.Groups["max"]}" : "", option.Description, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("relay", "--mtu", "--max-clients-per-room", "--max-rooms", "--max-peers", "--max-links-per-address", "--workers",
        "--client-broadcast-rate", "--cpu-latency", "--queue-time")]
    [InlineData("gateway", "--datagram-limit", "--queue-time", "--cpu-latency")]
    [InlineData("client", "--mtu", "--datagram-limit", "--queue-time", "--cpu-latency")]
    public void Help_NumbersWithBounds_AreAllThatThereAre(string command, params string[] options) =>
        Assert.Equal(options, HelpOf(command).Select(line => NumberRange().Match(line).Groups["option"].Value).Where(option => option.Length > 0));

    [Theory]
    [InlineData("relay", "--listen")]
    [InlineData("gateway", "--relay", "--pin", "--room", "--interface", "--bridge")]
    [InlineData("client", "--relay", "--pin", "--room")]
    public void Help_WhatIsNeededFirst_StandsFirst(string command, params string[] options) =>
        Assert.Equal(options, HelpOf(command).Select(line => Name().Match(line).Groups["option"].Value).Take(options.Length));

    [Theory]
    [InlineData]
    [InlineData("relay")]
    [InlineData("gateway")]
    [InlineData("client")]
    public void Help_WhatEveryCommandHas_StandsLastInTheSameOrder(params string[] command) => Assert.Equal(
        ["--log-level", "--log-format", "--help", "--version"],
        HelpOf(command).Select(line => Name().Match(line).Groups["option"].Value).TakeLast(4));

    [Theory]
    [InlineData]
    [InlineData("relay")]
    [InlineData("gateway")]
    [InlineData("client")]
    public void Help_Lines_FitTheWidth(params string[] command)
    {
        Assert.Equal(0, Run([.. command, "--help"]));
        int width = HelpWidth.Now();
        string[] lines = _output.ToString().Split(Environment.NewLine);
        Assert.Empty(lines.Where(line => line.Length > width));
        Assert.Contains(lines, line => line.Length > width * 3 / 4);
    }

    [Theory]
    [InlineData(0, 80)]
    [InlineData(60, 60)]
    [InlineData(80, 80)]
    [InlineData(240, 100)]
    public void HelpWidth_IsTheTerminals_UpToWhatReadsWell(int terminal, int expected) => Assert.Equal(expected, HelpWidth.Of(terminal));

    [Fact]
    public void Relay_AnAddressOfIPv6WithAPort_IsShown() =>
        Assert.Contains(HelpOf("client"), line => line.Contains("--relay <", StringComparison.Ordinal)
            && line.Contains("in brackets: [2001:db8::1]:4433.", StringComparison.Ordinal));

    [Fact]
    public void Completion_OffersOptions_AndNotHowWindowsAsksForHelp()
    {
        Assert.Equal(0, Run("[suggest:15]", "softlan client "));
        string[] offered = _output.ToString().Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries);
        Assert.Contains("--room", offered);
        Assert.DoesNotContain(offered, word => word.StartsWith('/'));
    }

    [Theory]
    [InlineData("/?")]
    [InlineData("client", "/?")]
    [InlineData("client", "/h")]
    public void Help_AsWindowsAsksForIt_IsUnderstood(params string[] args)
    {
        Assert.Equal(0, Run(args));
        Assert.Contains("Usage:", _output.ToString(), StringComparison.Ordinal);
        Assert.True(SoftlanCommandLine.AsksForText(args));
    }

    [GeneratedRegex(@"(?<option>--[a-z-]+) <.* Give (?<min>\d+) to (?<max>\d+) (?!printable)[a-z ]+\. \[default: .+\]$")]
    private static partial Regex NumberRange();

    [GeneratedRegex(@"(?<option>--[a-z-]+) <.* Give 1 to (?<max>\d+) (printable characters|letters)")]
    private static partial Regex TextRange();

    [GeneratedRegex(@"(?<option>--[a-z-]+) <.* Give (?<min>\d+) to (?<max>\d+)gbit ")]
    private static partial Regex RateRange();

    [GeneratedRegex(@"(from )?(?<min>\d+) to (?<max>\d+[a-z]*)")]
    private static partial Regex Bounds();

    [GeneratedRegex(@"^  (.*, )?(?<option>--[a-z-]+)")]
    private static partial Regex Name();

    private static Command Create(string command) => command switch
    {
        "relay" => RelayCommand.Create((_, _) => 0),
        "gateway" => GatewayCommand.Create((_, _) => 0),
        _ => ClientCommand.Create(ClientSystem.Linux, (_, _) => 0, _ => { }),
    };

    /// <summary>The options, each as one line.</summary>
    private string[] HelpOf(params string[] command)
    {
        Assert.Equal(0, Run([.. command, "--help"]));
        return [.. HelpText.Joined(_output.ToString()).Split(Environment.NewLine).Where(line => line.StartsWith("  -", StringComparison.Ordinal))];
    }

    private void AssertAccepted(string command, string option, params string[] values) =>
        Assert.All(values, value => Assert.Equal(ExitCodes.Success, RunWith(command, option, value)));

    private void AssertRefused(string command, string option, params string[] values) => Assert.All(values, value =>
    {
        _error.GetStringBuilder().Clear();
        Assert.Equal(ExitCodes.Usage, RunWith(command, option, value));
        Assert.Contains($"{option}: '{value}' is not", _error.ToString(), StringComparison.Ordinal);
    });

    /// <summary>The command with that option and all that it needs besides.</summary>
    private int RunWith(string command, string option, string value)
    {
        (string Option, string Value)[] needed = command switch
        {
            "gateway" when option == "--bridge" => [("--relay", "r"), ("--room", "a")],
            "gateway" => [("--relay", "r"), ("--room", "a"), ("--interface", "eth0")],
            "client" => [("--room", "a")],
            _ => [],
        };
        IEnumerable<string> others = needed.Where(other => other.Option != option).SelectMany(other => (string[])[other.Option, other.Value]);
        return Run([command, option, value, .. others]);
    }

    private int Run(params string[] args) =>
        SoftlanCommandLine.Run(SoftlanCommandLine.CreateRoot(Create("relay"), Create("gateway"), Create("client")), args, _output, _error);
}
