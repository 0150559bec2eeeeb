using System.Net;

namespace Softlan.Platform.Windows;

/// <summary>One route of the forwarding table.</summary>
/// <param name="Destination">The network it leads to.</param>
/// <param name="NextHop">The next router; null: on-link.</param>
/// <param name="InterfaceLuid">The interface, by the number that stays when it is restarted.</param>
/// <param name="InterfaceIndex">The interface, by the number that people see.</param>
/// <param name="Metric">Its own metric and that of its interface, which together decide.</param>
/// <param name="IsLocal">It leads to this machine itself.</param>
/// <param name="IsLasting">Nobody announced it, as far as Windows says, and it does not expire: a person or a program set it.</param>
internal sealed record WindowsRoute(
    IPNetwork Destination, IPAddress? NextHop, ulong InterfaceLuid, int InterfaceIndex, uint Metric, bool IsLocal, bool IsLasting);
