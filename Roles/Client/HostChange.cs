using System.Net;
using System.Text.Json.Serialization;
using Softlan.Wire;

namespace Softlan.Roles.Client;

/// <summary>One change that the client makes to its host, written so that it can be undone, by this process or by a later one that finds it in the
/// journal.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "change")]
[JsonDerivedType(typeof(RouteAdded), "route")]
[JsonDerivedType(typeof(RouteRemoved), "routeRemoved")]
[JsonDerivedType(typeof(BroadcastsLed), "broadcasts")]
[JsonDerivedType(typeof(HomeRouteCopied), "homeRoute")]
[JsonDerivedType(typeof(HomeRuleAdded), "homeRule")]
[JsonDerivedType(typeof(AddressAdded), "address")]
[JsonDerivedType(typeof(MacReplaced), "mac")]
[JsonDerivedType(typeof(MtuReplaced), "mtu")]
[JsonDerivedType(typeof(BroughtUp), "up")]
[JsonDerivedType(typeof(SettingReplaced), "setting")]
[JsonDerivedType(typeof(IPv6Learned), "learned")]
[JsonDerivedType(typeof(OffloadsTaken), "offloads")]
[JsonDerivedType(typeof(DirectoryMade), "directory")]
[JsonDerivedType(typeof(LeaseKept), "lease")]
[JsonDerivedType(typeof(NetworkAddressWritten), "networkAddress")]
[JsonDerivedType(typeof(IpInterfaceReplaced), "ipInterface")]
[JsonDerivedType(typeof(AdapterRouteRemoved), "adapterRouteRemoved")]
[JsonDerivedType(typeof(CategoryReplaced), "category")]
[JsonDerivedType(typeof(DnsLimited), "dnsLimit")]
internal abstract record HostChange
{
    /// <summary>Whether it is still there after the machine was started anew.</summary>
    [JsonIgnore]
    public virtual bool OutlivesBoot => false;

    /// <summary>A route to <paramref name="Destination"/>/<paramref name="PrefixLength"/>; without a gateway it is on-link.</summary>
    internal sealed record RouteAdded(
        [property: JsonConverter(typeof(IPAddressJsonConverter))] IPAddress Destination,
        int PrefixLength,
        [property: JsonConverter(typeof(IPAddressJsonConverter))] IPAddress? Gateway,
        string Interface,
        int InterfaceIndex) : HostChange
    {
        public override string ToString() => $"route {Destination}/{PrefixLength}{(Gateway is null ? "" : $" via {Gateway}")} on {Interface}";
    }

    /// <summary>A route that led more than a party to a TAP of somebody else's.</summary>
    /// <param name="Interface">The TAP.</param>
    /// <param name="IsGatewayOnLink">The gateway need not be in a network of the TAP's.</param>
    /// <param name="Source">The source address that it suggested.</param>
    /// <param name="Metric">Zero: none, which only IPv4 has.</param>
    /// <param name="Protocol">Who made it (rtm_protocol).</param>
    internal sealed record RouteRemoved(
        string Interface,
        [property: JsonConverter(typeof(IPAddressJsonConverter))] IPAddress Destination,
        int PrefixLength,
        [property: JsonConverter(typeof(IPAddressJsonConverter))] IPAddress? Gateway,
        bool IsGatewayOnLink,
        [property: JsonConverter(typeof(IPAddressJsonConverter))] IPAddress? Source,
        uint Metric,
        byte Protocol) : HostChange
    {
        public override string ToString() => $"former route {Destination}/{PrefixLength}{(Gateway is null ? "" : $" via {Gateway}")} on {Interface}";
    }

    /// <summary>Linux: broadcasts to <paramref name="Destination"/>, which is another interface's as well, leave through the TAP.</summary>
    /// <param name="Interface">The TAP.</param>
    /// <param name="Source">The source address that they get.</param>
    internal sealed record BroadcastsLed(
        string Interface,
        int InterfaceIndex,
        [property: JsonConverter(typeof(IPAddressJsonConverter))] IPAddress Destination,
        [property: JsonConverter(typeof(IPAddressJsonConverter))] IPAddress Source) : HostChange
    {
        public override string ToString() => $"broadcast route {Destination} on {Interface}";
    }

    /// <summary>Linux: a copy of an on-link route of the player's own network, in softlan's table for what this machine says there.</summary>
    /// <param name="Interface">The player's own network card.</param>
    /// <param name="Source">The source address that the route suggests; null: none.</param>
    /// <param name="Metric">That of the route.</param>
    internal sealed record HomeRouteCopied(
        string Interface,
        int InterfaceIndex,
        [property: JsonConverter(typeof(IPAddressJsonConverter))] IPAddress Destination,
        int PrefixLength,
        [property: JsonConverter(typeof(IPAddressJsonConverter))] IPAddress? Source,
        uint Metric) : HostChange
    {
        public override string ToString() => $"copy of the route {Destination}/{PrefixLength} on {Interface}";
    }

    /// <summary>Linux: what this machine says under an address of its own network asks softlan's table for the way.</summary>
    internal sealed record HomeRuleAdded([property: JsonConverter(typeof(IPAddressJsonConverter))] IPAddress Source) : HostChange
    {
        public override string ToString() => $"rule for {Source}";
    }

    internal sealed record AddressAdded(
        string Interface,
        [property: JsonConverter(typeof(IPAddressJsonConverter))] IPAddress Address,
        int PrefixLength) : HostChange
    {
        public override string ToString() => $"address {Address}/{PrefixLength} on {Interface}";
    }

    internal sealed record MacReplaced(string Interface, [property: JsonConverter(typeof(MacAddressJsonConverter))] MacAddress Old) : HostChange
    {
        public override string ToString() => $"MAC of {Interface}, before {Old}";
    }

    internal sealed record MtuReplaced(string Interface, int Old) : HostChange
    {
        public override string ToString() => $"MTU of {Interface}, before {Old}";
    }

    /// <summary>The interface was down before.</summary>
    internal sealed record BroughtUp(string Interface) : HostChange
    {
        public override string ToString() => $"{Interface} up";
    }

    /// <summary>A setting of an interface (Platform/Linux/Sysctl.cs), for example <c>accept_ra</c>.</summary>
    internal sealed record SettingReplaced(string Interface, string Setting, int Old) : HostChange
    {
        public override string ToString() => $"{Setting} of {Interface}, before {Old}";
    }

    /// <summary>The kernel may have made addresses and routes of its own on an interface that is up, from the party's router advertisements;
    /// <paramref name="Before"/> were there already.</summary>
    internal sealed record IPv6Learned(string Interface, IReadOnlyList<string> Before) : HostChange
    {
        public override string ToString() => $"what IPv6 learned on {Interface}";
    }

    /// <summary>A TAP of somebody else's does not finish checksums and segments itself while a client reads it (TUNSETOFFLOAD).</summary>
    internal sealed record OffloadsTaken(string Interface) : HostChange
    {
        public override string ToString() => $"offloads of {Interface}";
    }

    internal sealed record DirectoryMade(string Path) : HostChange
    {
        public override bool OutlivesBoot => true;

        public override string ToString() => $"directory {Path}";
    }

    /// <summary>The DHCP client keeps the party's lease in a file of its own, which was not there before.</summary>
    internal sealed record LeaseKept(string Path) : HostChange
    {
        public override bool OutlivesBoot => true;

        public override string ToString() => $"lease file {Path}";
    }

    /// <summary>Windows: the MAC that the registry asks an adapter to take. The driver reads it when the adapter starts.</summary>
    /// <param name="Interface">The adapter's name.</param>
    /// <param name="ClassKey">Its subkey in the class of network adapters.</param>
    /// <param name="New">What was written; what somebody else wrote since stays.</param>
    /// <param name="Old">What was there; null: nothing.</param>
    internal sealed record NetworkAddressWritten(string Interface, string ClassKey, string New, string? Old) : HostChange
    {
        public override bool OutlivesBoot => true;

        public override string ToString() => $"NetworkAddress of {Interface}, before {Old ?? "none"}";
    }

    /// <summary>Windows: metric, default routes and MTU of an interface's IPv4 or IPv6 side.</summary>
    /// <param name="Interface">The adapter's name.</param>
    /// <param name="Adapter">Its id.</param>
    /// <param name="IsIPv6">Which side.</param>
    /// <param name="DefaultRoutes">The default routes that the interface had, by their next hops; null: none.</param>
    internal sealed record IpInterfaceReplaced(
        string Interface,
        Guid Adapter,
        bool IsIPv6,
        bool AutomaticMetric,
        uint Metric,
        bool DefaultRoutesDisabled,
        uint Mtu,
        IReadOnlyList<string>? DefaultRoutes = null) : HostChange
    {
        public override bool OutlivesBoot => true;

        public override string ToString() =>
            $"{(IsIPv6 ? "IPv6" : "IPv4")} of {Interface}, before metric {(AutomaticMetric ? "automatic" : Metric)}, "
            + $"default routes {(DefaultRoutesDisabled ? "off" : "on")}, MTU {Mtu}";
    }

    /// <summary>Windows: a route that was on the TAP adapter before softlan, and led on from there, or more than a party to it.</summary>
    /// <param name="Interface">The adapter's name.</param>
    /// <param name="Adapter">Its id.</param>
    /// <param name="NextHop">The next router; null: on-link.</param>
    /// <param name="Metric">Its own, without the interface's.</param>
    internal sealed record AdapterRouteRemoved(
        string Interface,
        Guid Adapter,
        [property: JsonConverter(typeof(IPAddressJsonConverter))] IPAddress Destination,
        int PrefixLength,
        [property: JsonConverter(typeof(IPAddressJsonConverter))] IPAddress? NextHop,
        uint Metric) : HostChange
    {
        public override string ToString() => $"former route {Destination}/{PrefixLength}{(NextHop is null ? "" : $" via {NextHop}")} on {Interface}";
    }

    /// <summary>Windows: an adapter's DNS servers are asked for names below its own suffix only. They were asked for all before.</summary>
    /// <param name="Interface">The adapter's name.</param>
    /// <param name="Adapter">Its id.</param>
    /// <param name="IsIPv6">Which side.</param>
    internal sealed record DnsLimited(string Interface, Guid Adapter, bool IsIPv6) : HostChange
    {
        public override bool OutlivesBoot => true;

        public override string ToString() => $"limit of the {(IsIPv6 ? "IPv6" : "IPv4")} DNS servers of {Interface}";
    }

    /// <summary>Windows: the category of a network.</summary>
    /// <param name="Network">The Network List Manager's id of it.</param>
    /// <param name="Name">What people call it.</param>
    /// <param name="Old">NLM_NETWORK_CATEGORY.</param>
    internal sealed record CategoryReplaced(Guid Network, string Name, int Old) : HostChange
    {
        public override bool OutlivesBoot => true;

        public override string ToString() => $"category of network '{Name}', before {(Old == 0 ? "Public" : Old)}";
    }
}
