namespace Softlan.Roles.Client.Linux.Dhcp;

/// <summary>Listens to a DHCP client.</summary>
internal interface IDhcpRunnerOwner
{
    /// <summary>The DHCP client called its script.</summary>
    /// <returns>Whether what it said was carried out; the script passes it on.</returns>
    bool OnNotice(DhcpNotice notice);

    /// <summary>It ended by itself.</summary>
    /// <param name="why">A clause: its status and its last words.</param>
    void OnExited(string why);
}
