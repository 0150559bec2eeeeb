namespace Softlan.Roles.Demo;

/// <summary>The machines of the demo, each a network namespace.</summary>
internal enum DemoHost
{
    /// <summary>A server on the internet; its bridge is the internet.</summary>
    Relay,

    /// <summary>The machine on the LAN that runs the gateway.</summary>
    Gateway,

    /// <summary>The LAN's switch.</summary>
    Switch,

    /// <summary>A machine on the LAN that is also its DHCP server.</summary>
    Lan1,

    /// <summary>Another machine on the LAN.</summary>
    Lan2,

    /// <summary>A remote player.</summary>
    Alice,

    /// <summary>Another one.</summary>
    Bob,
}
