using System.Net;

namespace Softlan.Platform.Windows;

/// <param name="Address">A usable IPv4 address.</param>
/// <param name="Origin">Where it comes from.</param>
/// <param name="Network">What is on its link.</param>
/// <param name="InterfaceLuid">The interface that has it.</param>
internal readonly record struct OwnAddress(IPAddress Address, AddressOrigin Origin, IPNetwork Network, ulong InterfaceLuid);
