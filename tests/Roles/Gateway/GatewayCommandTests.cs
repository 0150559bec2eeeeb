using Softlan.Platform;
using Softlan.Roles.CommandLine;
using Softlan.Roles.Gateway;
using Softlan.Roles.Hosting;
using Softlan.Wire;
using Xunit;

namespace Softlan.Tests.Roles.Gateway;

public sealed class GatewayCommandTests
{
    private const string Pin = "sha256:47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU";

    [Fact]
    public void AllOptions_ArriveInTheRecord()
    {
        (int exit, string _, GatewayOptions? options) = Run(
            "--relay", "party.example.org:4433", "--pin", Pin, "--server-name", "relay.example.org",
            "--room", "ROOM1", "--name", "lan", "--interface", "eth0", "--datagram-limit", "1200", "--state", "/s");

        Assert.Equal(ExitCodes.Success, exit);
        Assert.Equal(new RelayAddress("party.example.org", 4433), options!.Relay);
        Assert.Equal(Pin, options.Join.Pin.ToString());
        Assert.Equal("relay.example.org", options.Join.ServerName);
        Assert.Equal("ROOM1", options.Join.Room.ToString());
        Assert.Equal("lan", options.Join.Name);
        Assert.Equal(1200, options.Join.DatagramLimit);
        Assert.Equal("eth0", options.Interface);
        Assert.Equal("/s", options.StateDirectory);
        Assert.False(options.IsBridge);
    }

    [Fact]
    public void Bridge_InsteadOfInterface_IsTaken()
    {
        (int exit, string _, GatewayOptions? options) = Run("--relay", "party.example.org", "--room", "ROOM1", "--bridge", "br0");
        Assert.Equal(ExitCodes.Success, exit);
        Assert.Equal(("br0", true), (options!.Interface, options.IsBridge));
    }

    [Theory]
    [InlineData(PortModeration.Auto)]
    [InlineData(PortModeration.Auto, "--moderation", "auto")]
    [InlineData(PortModeration.Off, "--moderation", "off")]
    internal void Moderation_IsAuto_UnlessTurnedOff(PortModeration expected, params string[] args)
    {
        (int exit, string _, GatewayOptions? options) = Run(["--relay", "party.example.org", "--room", "ROOM1", "--interface", "eth0", .. args]);
        Assert.Equal(ExitCodes.Success, exit);
        Assert.Equal(expected, options!.Moderation);
    }

    [Fact]
    public void Iface_IsTheSameAsInterface()
    {
        (int exit, string _, GatewayOptions? options) = Run("--relay", "party.example.org", "--room", "ROOM1", "--iface", "eth0");
        Assert.Equal(ExitCodes.Success, exit);
        Assert.Equal("eth0", options!.Interface);
    }

    [Theory]
    [InlineData("--relay is missing", "--room", "R", "--interface", "eth0")]
    [InlineData("--room is missing", "--relay", "r", "--interface", "eth0")]
    [InlineData("--interface is missing", "--relay", "r", "--room", "R")]
    [InlineData("exclude each other", "--relay", "r", "--room", "R", "--interface", "eth0", "--bridge", "br0")]
    [InlineData("exclude each other", "--relay", "r", "--room", "R", "--interface", "eth0", "--pin", Pin, "--relay-ca-cert", "ca.pem")]
    [InlineData("'a b' is not a room code", "--relay", "r", "--room", "a b", "--interface", "eth0")]
    [InlineData("'r:x' is not a relay address", "--relay", "r:x", "--room", "R", "--interface", "eth0")]
    [InlineData("'sha256:short' is not a certificate pin", "--relay", "r", "--room", "R", "--interface", "eth0", "--pin", "sha256:short")]
    [InlineData("'99' is not a datagram length", "--relay", "r", "--room", "R", "--interface", "eth0", "--datagram-limit", "99")]
    [InlineData("is not a name", "--relay", "r", "--room", "R", "--interface", "eth0", "--name", "evil\u001b[2J")]
    [InlineData("is not an interface name", "--relay", "r", "--room", "R", "--interface", "this-name-is-too-long")]
    public void Mistakes_AreOneLineWithARightExample(string expected, params string[] args)
    {
        (int exit, string errors, GatewayOptions? options) = Run(args);

        Assert.Equal(ExitCodes.Usage, exit);
        Assert.Null(options);
        string line = Assert.Single(errors.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.Contains(expected, line, StringComparison.Ordinal);
        Assert.Contains("example", line, StringComparison.Ordinal);
    }

    [Fact]
    public void NothingGiven_AllThatIsMissingIsSaidAtOnce()
    {
        (int exit, string errors, _) = Run();
        Assert.Equal(ExitCodes.Usage, exit);
        Assert.Equal(
            ["softlan: --relay is missing", "softlan: --room is missing", "softlan: --interface is missing"],
            errors.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split('.')[0]));
    }

    private static (int Exit, string Errors, GatewayOptions? Options) Run(params string[] args)
    {
        GatewayOptions? taken = null;
        using StringWriter output = new();
        using StringWriter errors = new();
        int exit = SoftlanCommandLine.Run(
            SoftlanCommandLine.CreateRoot(GatewayCommand.Create((options, _) =>
            {
                taken = options;
                return ExitCodes.Success;
            })),
            ["gateway", .. args],
            output,
            errors);
        return (exit, errors.ToString(), taken);
    }
}
