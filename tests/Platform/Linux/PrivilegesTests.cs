using Softlan.Platform.Linux;
using Softlan.Wire;
using Xunit;

namespace Softlan.Tests.Platform.Linux;

public sealed class PrivilegesTests
{
    [Theory]
    [InlineData("CapEff:\t000001ffffffffff", true, true)]
    [InlineData("CapEff:\t0000000000001000", true, false)]
    [InlineData("CapEff:\t0000000000002000", false, true)]
    [InlineData("CapEff:\t0000000000000000", false, false)]
    [InlineData("CapEff:\tgarbage", false, false)]
    [InlineData("CapPrm:\t000001ffffffffff", false, false)]
    public void Parse_ReadsTheEffectiveSet(string line, bool netAdmin, bool netRaw) =>
        Assert.Equal(new Privileges(netAdmin, netRaw), Privileges.Parse(["Name:\tx", line, "CapBnd:\t0"]));

    [Fact]
    public void Require_WhatIsMissing_IsNamed()
    {
        SoftlanException error = Assert.Throws<SoftlanException>(
            () => new Privileges(false, false).Require("Cannot open the port", netAdmin: true, netRaw: true));
        Assert.Contains("lacks CAP_NET_ADMIN and CAP_NET_RAW. Hint: put sudo in front of the command", error.Message, StringComparison.Ordinal);
        new Privileges(true, false).Require("x", netAdmin: true, netRaw: false);
    }
}
