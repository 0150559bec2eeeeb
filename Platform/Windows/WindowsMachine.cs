using System.Net;
using System.Net.NetworkInformation;
using System.Runtime.Versioning;
using Softlan.Wire;

namespace Softlan.Platform.Windows;

/// <summary>The machine that this process runs on.</summary>
[SupportedOSPlatform("windows")]
internal sealed class WindowsMachine : IWindowsMachine
{
    public bool IsElevated => Environment.IsPrivilegedProcess;

    public ProcessStamp ThisProcess { get; } = WindowsProcesses.OfThisProcess();

    public ITapRegistry Registry { get; } = new TapRegistry();

    public IIpHelper Ip { get; } = new IpHelper();

    public IAdapterRestart Restart { get; } = new AdapterRestart();

    public INetworkCategories Categories { get; } = new NetworkCategories();

    public INetworkWatch Network { get; } = new NetworkWatch();

    public bool IsAlive(ProcessStamp process) => WindowsProcesses.IsAlive(process);

    public IReadOnlyList<NetworkCard>? ListCards(Guid exceptAdapter)
    {
        try
        {
            return
            [
                .. NetworkInterface.GetAllNetworkInterfaces()
                    .Where(card => !IsAdapter(card, exceptAdapter))
                    .Select(card => new NetworkCard(card.Name, AddressOf(card), NameServersOf(card)))
            ];
        }
        catch (NetworkInformationException)
        {
            return null; // A card may go while it is asked.
        }
    }

    public ITapDevice Open(TapAdapter adapter) => TapDevice.Open(adapter);

    public void Sleep(TimeSpan time) => Thread.Sleep(time);

    public void RunOffLane(Action work) => ThreadPool.QueueUserWorkItem(_ => work());

    private static MacAddress? AddressOf(NetworkInterface card) =>
        card.GetPhysicalAddress().GetAddressBytes() is { Length: MacAddress.Length } mac ? MacAddress.Read(mac) : null;

    private static IReadOnlyList<IPAddress> NameServersOf(NetworkInterface card) => card.OperationalStatus != OperationalStatus.Up
        ? []
        :
        [
            .. card.GetIPProperties().DnsAddresses
                .Where(address => !IPAddress.IsLoopback(address) && !address.IsIPv6LinkLocal && !address.IsIPv6SiteLocal)
        ];

    private static bool IsAdapter(NetworkInterface card, Guid adapter) => Guid.TryParse(card.Id, out Guid id) && id == adapter;
}
