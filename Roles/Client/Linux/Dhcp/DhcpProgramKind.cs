namespace Softlan.Roles.Client.Linux.Dhcp;

/// <summary>The DHCP clients that softlan can run.</summary>
internal enum DhcpProgramKind
{
    /// <summary>busybox' udhcpc, as a command of its own or as <c>busybox udhcpc</c>.</summary>
    Udhcpc,

    /// <summary>ISC dhclient.</summary>
    Dhclient,

    /// <summary>Roy Marples' dhcpcd.</summary>
    Dhcpcd,
}
