using System.CommandLine;
using Softlan.Roles.CommandLine;
using Softlan.Roles.Hosting;
using Xunit;

namespace Softlan.Tests.Roles.CommandLine;

/// <summary>Rules about several options of a command.</summary>
public sealed class RuleTests : IDisposable
{
    private const string Both = "--rule-from and --rule-to exclude each other.";

    private readonly StringWriter _output = new();
    private readonly StringWriter _error = new();
    private bool _ran;

    public void Dispose()
    {
        _output.Dispose();
        _error.Dispose();
    }

    [Fact]
    public void Rule_ThatHolds_SaysNothing()
    {
        Assert.Equal(ExitCodes.Success, Run("--rule-from", "a"));
        Assert.True(_ran);
        Assert.Empty(_error.ToString());
    }

    [Fact]
    public void Rule_Broken_KeepsTheCommandFromRunning()
    {
        Assert.Equal(ExitCodes.Usage, Run("--rule-from", "a", "--rule-to", "b"));
        Assert.False(_ran);
        Assert.Equal([Both], Lines());
    }

    [Fact]
    public void Rule_Broken_HidesNoOtherMistake()
    {
        Assert.Equal(ExitCodes.Usage, Run("--rule-from", "a", "--rule-to", "b", "--rule-mtu", "9"));
        Assert.Equal(["--rule-mtu: '9' is not an MTU. Give a whole number from 1280 to 1500, for example 1500.", Both], Lines());
    }

    /// <summary>The one is above the other, and either may be the environment's.</summary>
    [Theory]
    [InlineData("SOFTLAN_RULE_FROM", "--rule-to", "--rule-from (set by SOFTLAN_RULE_FROM) and --rule-to exclude each other.")]
    [InlineData("SOFTLAN_RULE_TO", "--rule-from", "--rule-from and --rule-to (set by SOFTLAN_RULE_TO) exclude each other.")]
    public void Rule_BrokenByTheEnvironment_NamesTheVariable(string variable, string option, string line)
    {
        using EnvironmentVariable set = new(variable, "a");
        Assert.Equal(ExitCodes.Usage, Run(option, "b"));
        Assert.Equal([line], Lines());
    }

    [Fact]
    public void Rule_AboutAMistypedValue_IsNotJudged()
    {
        Assert.Equal(ExitCodes.Usage, Run("--rule-from", "a", "--rule-to", ""));
        Assert.Equal(["--rule-to: '' is not a path. Give a file name, for example /etc/softlan/relay.pem."], Lines());
    }

    [Fact]
    public void Refuse_OptionFromTheEnvironment_IsRefusedAsWell()
    {
        using EnvironmentVariable set = new("SOFTLAN_RULE_ELSEWHERE", "a");
        Assert.Equal(ExitCodes.Usage, Run());
        Assert.Equal(["--rule-elsewhere (set by SOFTLAN_RULE_ELSEWHERE) is for another system."], Lines());
    }

    [Theory]
    [InlineData("--help")]
    [InlineData("--version")]
    public void Rule_Broken_BesideAQuestion_SaysNothing(string question)
    {
        Assert.Equal(ExitCodes.Success, Run("--rule-from", "a", "--rule-to", "b", question));
        Assert.Empty(_error.ToString());
        Assert.NotEmpty(_output.ToString());
    }

    private string[] Lines() => [.. _error.ToString().Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries)
        .Select(line => line["softlan: ".Length..])];

    private int Run(params string[] args)
    {
        Option<string?> from = SoftlanOption.Optional("--rule-from", ValueKinds.Path, "file", "From.", null);
        Option<string?> to = SoftlanOption.Optional("--rule-to", ValueKinds.Path, "file", "To.", null);
        Option<int> mtu = SoftlanOption.WithDefault("--rule-mtu", ValueKinds.Mtu, "bytes", "The MTU.", 1500);
        Option<string?> elsewhere = SoftlanOption.Optional("--rule-elsewhere", ValueKinds.Path, "file", "Not here.", null);
        SoftlanCommand command = new("ruled", "Has rules.") { from, to, mtu, elsewhere };
        command.AddRule(result => result.Has(from) == true && result.Has(to) == true
            ? $"{result.NameOf(from)} and {result.NameOf(to)} exclude each other."
            : null);
        command.Refuse(elsewhere, "is for another system.");
        command.SetAction(_ =>
        {
            _ran = true;
            return ExitCodes.Success;
        });
        return SoftlanCommandLine.Run(SoftlanCommandLine.CreateRoot(command), ["ruled", .. args], _output, _error);
    }
}
