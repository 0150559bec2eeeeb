using Softlan.Roles.Client;
using Softlan.Roles.CommandLine;
using Xunit;

namespace Softlan.Tests.Roles.Client;

public sealed class ClientCommandTests : IDisposable
{
    private readonly StringWriter _output = new();
    private readonly StringWriter _error = new();
    private ClientOptions? _options;

    public void Dispose()
    {
        _output.Dispose();
        _error.Dispose();
    }

    [Fact]
    public void Client_RoomAlone_IsEnough()
    {
        Assert.Equal(0, Run("--room", "R"));
        Assert.Null(_options!.Relay.Relay);
        Assert.Equal((ClientOptions.DefaultTap, "dhcp"), (_options.Tap, _options.Address.ToString()));
    }

    [Fact]
    public void ListTaps_NeedsNoRoom()
    {
        Assert.Equal(0, Run("--list-taps"));
        Assert.Equal("taps", _output.ToString());
        Assert.Null(_options);
    }

    [Theory]
    [InlineData("'5' is not expected here. See softlan client --help.", "--list-taps=5")]
    [InlineData("'--tab' is not an option of softlan client. Did you mean --tap?", "--list-taps", "--tab", "x")]
    [InlineData("'fd00::1/64' is not an address for the TAP.", "--room", "R", "--address", "fd00::1/64")]
    [InlineData("'01:00:5e:00:00:01' is not a MAC address for a virtual card.", "--room", "R", "--virtual-mac", "01:00:5e:00:00:01")]
    [InlineData("--room takes one value, and got 'A' and 'B'. Use 1 to 64 letters", "--room", "A", "--room", "B")]
    public void Client_Mistake_IsOneLine(string line, params string[] args)
    {
        Assert.Equal(ExitCodes.Usage, Run(args));
        Assert.StartsWith($"softlan: {line}", _error.ToString(), StringComparison.Ordinal);
        Assert.Single(_error.ToString().TrimEnd().Split('\n'));
        Assert.Empty(_output.ToString());
        Assert.Null(_options);
    }

    private int Run(params string[] args) => SoftlanCommandLine.Run(
        SoftlanCommandLine.CreateRoot(ClientCommand.Create(
            ClientSystem.Linux,
            (options, _) =>
            {
                _options = options;
                return 0;
            },
            output => output.Write("taps"))),
        ["client", .. args],
        _output,
        _error);
}
