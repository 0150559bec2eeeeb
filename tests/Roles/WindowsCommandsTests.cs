using System.Runtime.Versioning;
using Softlan.Roles;
using Softlan.Roles.Hosting;
using Xunit;

namespace Softlan.Tests.Roles;

[SupportedOSPlatform("windows")]
public sealed class WindowsCommandsTests
{
    [Theory]
    [InlineData(ExitCodes.Failure, true, "client", "--room", "ROOM1")]
    [InlineData(ExitCodes.Usage, true, "client")]
    [InlineData(ExitCodes.Usage, true)]
    [InlineData(ExitCodes.Success, false, "client", "--room", "ROOM1")]
    [InlineData(ExitCodes.Success, true, "client", "--list-taps")]
    [InlineData(ExitCodes.Success, true, "relay", "--help")]
    [InlineData(ExitCodes.Success, true, "-?")]
    [InlineData(ExitCodes.Success, true, "--version")]
    [InlineData(ExitCodes.Success, true, "help", "client")]
    [InlineData(ExitCodes.Interrupted, false, "client", "--room", "ROOM1")]
    public void HasLastWords_WhereTheWindowWouldTakeThemAlong(int exitCode, bool expected, params string[] args) =>
        Assert.Equal(expected, WindowsCommands.HasLastWords(exitCode, args));
}
