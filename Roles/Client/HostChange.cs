using System.Net;
using System.Text.Json.Serialization;
using Softlan.Wire;

namespace Softlan.Roles.Client;

/// <summary>One change that the client makes to its host, written so that it can be undone, by this process or by a later one that finds it in the journal.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "change")]
[JsonDerivedType(typeof(RouteAdded), "route")]
[JsonDerivedType(typeof(AddressAdded), "address")]
[JsonDerivedType(typeof(MacReplaced), "mac")]
[JsonDerivedType(typeof(MtuReplaced), "mtu")]
[JsonDerivedType(typeof(BroughtUp), "up")]
[JsonDerivedType(typeof(SettingReplaced), "setting")]
[JsonDerivedType(typeof(IPv6Learned), "learned")]
[JsonDerivedType(typeof(DirectoryMade), "directory")]
internal abstract record HostChange
{
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

    /// <summary>An IPv6 setting of an interface, for example <c>accept_ra</c>.</summary>
    internal sealed record SettingReplaced(string Interface, string Setting, int Old) : HostChange
    {
        public override string ToString() => $"{Setting} of {Interface}, before {Old}";
    }

    /// <summary>The kernel may have made addresses and routes of its own on an interface that is up, from the party's router advertisements; <paramref name="Before"/> were there already.</summary>
    internal sealed record IPv6Learned(string Interface, IReadOnlyList<string> Before) : HostChange
    {
        public override string ToString() => $"what IPv6 learned on {Interface}";
    }

    internal sealed record DirectoryMade(string Path) : HostChange
    {
        public override string ToString() => $"directory {Path}";
    }
}
