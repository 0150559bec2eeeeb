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

    public IReadOnlyList<IPAddress>? FindNameServers(Guid exceptAdapter)
    {
        try
        {
            return
            [
                .. NetworkInterface.GetAllNetworkInterfaces()
                    .Where(card => card.OperationalStatus == OperationalStatus.Up && !IsAdapter(card, exceptAdapter))
                    .SelectMany(card => card.GetIPProperties().DnsAddresses)
                    .Where(address => !IPAddress.IsLoopback(address) && !address.IsIPv6LinkLocal && !address.IsIPv6SiteLocal)
            ];
        }
        catch (NetworkInformationException)
        {
            return null; // A card may go while it is asked.
        }
    }

    public IReadOnlyDictionary<MacAddress, string> FindCards(Guid exceptAdapter)
    {
        Dictionary<MacAddress, string> cards = [];
        try
        {
            foreach (NetworkInterface card in NetworkInterface.GetAllNetworkInterfaces().Where(card => !IsAdapter(card, exceptAdapter)))
            {
                if (card.GetPhysicalAddress().GetAddressBytes() is { Length: MacAddress.Length } mac)
                {
                    cards.TryAdd(MacAddress.Read(mac), card.Name);
                }
            }
        }
        catch (NetworkInformationException)
        {
            // A card may go while it is asked.
        }

        return cards;
    }

    public ITapDevice Open(TapAdapter adapter) => TapDevice.Open(adapter);

    public void Sleep(TimeSpan time) => Thread.Sleep(time);

    public void RunOffLane(Action work) => ThreadPool.QueueUserWorkItem(_ => work());

    private static bool IsAdapter(NetworkInterface card, Guid adapter) => Guid.TryParse(card.Id, out Guid id) && id == adapter;
}
