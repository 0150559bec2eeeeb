using Softlan.Roles.Client.Linux.Dhcp;
using Xunit;

namespace Softlan.Tests.Roles.Client.Linux.Dhcp;

public sealed class DhcpEventTests
{
    [Theory]
    [InlineData("deconfig", nameof(DhcpNoticeKind.Restarted))]
    [InlineData("bound", nameof(DhcpNoticeKind.Lease))]
    [InlineData("renew", nameof(DhcpNoticeKind.Lease))]
    [InlineData("nak", nameof(DhcpNoticeKind.Gone))]
    [InlineData("leasefail", nameof(DhcpNoticeKind.NoAnswer))]
    [InlineData("rocket", nameof(DhcpNoticeKind.Nothing))]
    public void TryRead_Udhcpc_UnderstandsItsEvents(string name, string kind)
    {
        DhcpNotice notice = Read(
            [name], ("ip", "10.73.42.17"), ("subnet", "255.255.255.0"), ("mask", "24"), ("router", "10.73.42.1"), ("dns", "10.73.42.1"));
        Assert.Equal(kind, notice.Kind.ToString());
    }

    [Theory]
    [InlineData("PREINIT", nameof(DhcpNoticeKind.Nothing))]
    [InlineData("MEDIUM", nameof(DhcpNoticeKind.Nothing))]
    [InlineData("ARPCHECK", nameof(DhcpNoticeKind.Nothing))]
    [InlineData("BOUND", nameof(DhcpNoticeKind.Lease))]
    [InlineData("RENEW", nameof(DhcpNoticeKind.Lease))]
    [InlineData("REBIND", nameof(DhcpNoticeKind.Lease))]
    [InlineData("REBOOT", nameof(DhcpNoticeKind.Lease))]
    [InlineData("EXPIRE", nameof(DhcpNoticeKind.Gone))]
    [InlineData("FAIL", nameof(DhcpNoticeKind.Restarted))]
    [InlineData("RELEASE", nameof(DhcpNoticeKind.Gone))]
    [InlineData("STOP", nameof(DhcpNoticeKind.Restarted))]
    [InlineData("DEPARTED", nameof(DhcpNoticeKind.Restarted))]
    [InlineData("NAK", nameof(DhcpNoticeKind.Gone))]
    [InlineData("TIMEOUT", nameof(DhcpNoticeKind.NoAnswer))]
    [InlineData("CARRIER", nameof(DhcpNoticeKind.Nothing))]
    [InlineData("ROUTERADVERT", nameof(DhcpNoticeKind.Nothing))]
    [InlineData("", nameof(DhcpNoticeKind.Nothing))]
    public void TryRead_DhclientAndDhcpcd_UnderstandsTheirEvents(string reason, string kind)
    {
        DhcpNotice notice = Read(
            [], ("reason", reason), ("new_ip_address", "10.73.42.17"), ("new_subnet_mask", "255.255.255.0"), ("new_routers", "10.73.42.1"));
        Assert.Equal(kind, notice.Kind.ToString());
    }

    [Fact]
    public void TryRead_NeitherArgumentNorReason_IsNothing() => Assert.Equal(DhcpNoticeKind.Nothing, Read([]).Kind);

    [Theory]
    [InlineData("255.255.255.0", null, 24)]
    [InlineData("255.0.0.0", "24", 8)]
    [InlineData(null, "22", 22)]
    [InlineData("255.255.255.255", null, 32)]
    [InlineData(null, null, 8)]
    public void TryRead_Lease_TakesAddressNetworkAndServerOnly(string? subnet, string? mask, int prefixLength)
    {
        DhcpNotice notice = Read(
            ["bound"], ("ip", "10.73.42.17"), ("subnet", subnet), ("mask", mask),
            ("serverid", "10.73.42.1"), ("staticroutes", "0.0.0.0/0 10.73.42.1"));
        Assert.Equal("10.73.42.17", notice.Address!.ToString());
        Assert.Equal(prefixLength, notice.PrefixLength);
        Assert.Equal("10.73.42.1", notice.Server!.ToString());
    }

    [Theory]
    [InlineData("192.168.1.77", 25)]
    [InlineData("172.31.1.77", 16)]
    [InlineData("100.64.1.77", 10)]
    [InlineData("169.254.1.77", 16)]
    [InlineData("198.18.10.100", 24)]
    public void TryRead_LeaseOfAPrivateNetwork_IsTaken(string address, int prefixLength) =>
        Assert.Equal(prefixLength, Read(["bound"], ("ip", address), ("mask", $"{prefixLength}")).PrefixLength);

    [Theory]
    [InlineData("3600", 3600u)]
    [InlineData("4294967295", uint.MaxValue)]
    [InlineData("-1", 0u)]
    [InlineData("4294967296", 0u)]
    [InlineData("soon", 0u)]
    [InlineData(null, 0u)]
    public void TryRead_Lease_SaysForHowLong(string? time, uint seconds)
    {
        Assert.Equal(seconds, Read(["renew"], ("ip", "10.73.42.17"), ("mask", "24"), ("lease", time)).LeaseSeconds);
        Assert.Equal(
            seconds,
            Read([], ("reason", "BOUND"), ("new_ip_address", "10.73.42.17"), ("new_subnet_cidr", "24"), ("new_dhcp_lease_time", time)).LeaseSeconds);
    }

    [Fact]
    public void TryRead_DhcpcdsCidr_IsAMaskToo() =>
        Assert.Equal(22, Read([], ("reason", "BOUND"), ("new_ip_address", "10.73.42.17"), ("new_subnet_cidr", "22")).PrefixLength);

    [Theory]
    [InlineData(null, "24", "'' is not an address")]
    [InlineData("", "24", "'' is not an address")]
    [InlineData("10", "24", "'10' is not an address")]
    [InlineData("10.73.42", "24", "is not an address")]
    [InlineData("10.73.42.17; reboot", "24", "is not an address")]
    [InlineData("fd00::1", "24", "is not an address")]
    [InlineData("010.73.42.17", "24", "is not an address")]
    [InlineData("0.0.0.1", "24", "is not an address")]
    [InlineData("127.0.0.5", "24", "is not an address")]
    [InlineData("224.0.0.5", "24", "is not an address")]
    [InlineData("255.255.255.255", "24", "is not an address")]
    [InlineData("10.73.42.17", "255.0.255.0", "is not the mask")]
    [InlineData("10.73.42.17", "33", "is not the mask")]
    [InlineData("10.73.42.17", "-1", "is not the mask")]
    [InlineData("10.73.42.17", "x", "is not the mask")]
    [InlineData("10.73.42.17", "0.0.0.0", "larger than the /8")]
    [InlineData("10.73.42.17", "1", "larger than the /8")]
    [InlineData("10.73.42.17", "7", "larger than the /8")]
    [InlineData("8.8.8.50", "24", "8.8.8.50/24 is not a private network, so it may be somebody's on the internet; "
        + "if it is the party's own, set it with --address 8.8.8.50/24")]
    [InlineData("192.168.1.77", "8", "is not a private network")]
    [InlineData("172.16.0.5", "8", "is not a private network")]
    [InlineData("100.64.0.5", null, "is not a private network")]
    [InlineData("10.73.42.0", "24", "the address of a network")]
    [InlineData("10.73.42.255", "24", "the address of a network")]
    public void TryRead_WhatNobodyShouldGet_IsRefused(string? address, string? mask, string why)
    {
        Assert.False(DhcpEvent.TryRead(["bound"], Variables(("ip", address), ("mask", mask)), out DhcpNotice notice, out string? error));
        Assert.Contains(why, error, StringComparison.Ordinal);
        Assert.Equal(DhcpNoticeKind.Nothing, notice.Kind);
    }

    private static DhcpNotice Read(string[] arguments, params (string, string?)[] variables)
    {
        Assert.True(DhcpEvent.TryRead(arguments, Variables(variables), out DhcpNotice notice, out string? error), error);
        return notice;
    }

    private static Func<string, string?> Variables(params (string Name, string? Value)[] variables) =>
        name => variables.FirstOrDefault(variable => variable.Name == name).Value;
}
