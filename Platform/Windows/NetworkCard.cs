using System.Net;
using Softlan.Wire;

namespace Softlan.Platform.Windows;

/// <summary>A network card of the machine.</summary>
/// <param name="Name">What people call it.</param>
/// <param name="Address">Its MAC; null: none of six bytes.</param>
/// <param name="NameServers">The DNS servers that it brings while it is up, without link-local ones.</param>
internal sealed record NetworkCard(string Name, MacAddress? Address, IReadOnlyList<IPAddress> NameServers);
