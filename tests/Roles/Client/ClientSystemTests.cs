using System.CommandLine;
using Softlan.Platform;
using Softlan.Roles;
using Softlan.Roles.Client;
using Softlan.Roles.CommandLine;
using Softlan.Roles.Hosting;
using Xunit;

namespace Softlan.Tests.Roles.Client;

/// <summary>What the command line of a client says on each system.</summary>
public sealed class ClientSystemTests : IDisposable
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
    public void Windows_TapIsTheOnlyOne_AndTheCategoryPrivate()
    {
        Assert.Equal(0, Run(ClientSystem.Windows, "--room", "a"));
        Assert.Equal(("", NetworkCategoryChoice.Private), (_options!.Tap, _options.NetworkCategory));
        Assert.Equal(0, Run(
            ClientSystem.Windows, "--room", "a", "--tap", "Ethernet 2 (Party, the long name of an adapter)", "--network-category", "leave"));
        Assert.Equal(("Ethernet 2 (Party, the long name of an adapter)", NetworkCategoryChoice.Leave), (_options!.Tap, _options.NetworkCategory));
    }

    [Fact]
    public void Linux_TapHasItsName_AndAnAddressComesFromDhcp()
    {
        Assert.Equal(0, Run(ClientSystem.Linux, "--room", "a"));
        Assert.Equal((ClientOptions.DefaultTap, ClientAddress.Dhcp), (_options!.Tap, _options.Address));
    }

    [Fact]
    public void Linux_ModerationIsAuto_UnlessTurnedOff()
    {
        Assert.Equal(0, Run(ClientSystem.Linux, "--room", "a"));
        Assert.Equal(PortModeration.Auto, _options!.Moderation);
        Assert.Equal(0, Run(ClientSystem.Linux, "--room", "a", "--moderation", "auto"));
        Assert.Equal(PortModeration.Auto, _options!.Moderation);
        Assert.Equal(0, Run(ClientSystem.Linux, "--room", "a", "--moderation", "off"));
        Assert.Equal(PortModeration.Off, _options!.Moderation);
    }

    [Fact]
    public void Windows_ModerationIsRefused()
    {
        Assert.Equal(ExitCodes.Usage, Run(ClientSystem.Windows, "--room", "a", "--moderation", "off"));
        Assert.StartsWith("softlan: --moderation is for Linux.", _error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Windows_AddressIsRefused()
    {
        Assert.Equal(ExitCodes.Usage, Run(ClientSystem.Windows, "--room", "a", "--address", "dhcp"));
        Assert.Equal(
            $"softlan: --address is for Linux. Leave it out on Windows; softlan client --help says what happens instead.{Environment.NewLine}",
            _error.ToString());
    }

    [Fact]
    public void Linux_CategoryIsRefused()
    {
        Assert.Equal(ExitCodes.Usage, Run(ClientSystem.Linux, "--room", "a", "--network-category", "private"));
        Assert.Equal(
            "softlan: --network-category is for Windows. Leave it out on Linux; "
            + $"softlan client --help says what happens instead.{Environment.NewLine}",
            _error.ToString());
    }

    [Fact]
    public void Help_NamesTheSystemOfEachOptionThatTheOtherLacks()
    {
        Assert.Equal(0, Run(ClientSystem.Windows, "--help"));
        string help = _output.ToString();
        Assert.Matches(@"--address[^\n]*\s+Linux:", help);
        Assert.Matches(@"--network-category[^\n]*\s+Windows:", help);
        Assert.Contains("TAP-Windows6 adapter", help, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData]
    [InlineData("--interface", "eth0", "--room", "a")]
    public void ForeignCommand_WhateverIsBehindIt_SaysWhereItIsAtHome(params string[] args)
    {
        Command gateway = ForeignCommand.Create("gateway", "Linux", "Windows cannot do it", "use Linux");
        Assert.Equal(ExitCodes.Failure, SoftlanCommandLine.Run(SoftlanCommandLine.CreateRoot(gateway), ["gateway", .. args], _output, _error));
        Assert.Equal($"softlan: softlan gateway is for Linux: Windows cannot do it. Hint: use Linux.{Environment.NewLine}", _error.ToString());
    }

    private int Run(ClientSystem system, params string[] args)
    {
        Command client = ClientCommand.Create(
            system,
            (options, _) =>
            {
                _options = options;
                return 0;
            },
            _ => { });
        return SoftlanCommandLine.Run(SoftlanCommandLine.CreateRoot(client), ["client", .. args], _output, _error);
    }
}
