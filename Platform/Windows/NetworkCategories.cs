using System.Runtime.InteropServices;
using System.Runtime.InteropServices.Marshalling;
using System.Runtime.Versioning;
using Softlan.Wire;
using static Softlan.Platform.Windows.NativeNetlistmgr;
using static Softlan.Platform.Windows.NativeOle32;

namespace Softlan.Platform.Windows;

/// <summary>The Network List Manager of this machine, through its COM interface.</summary>
[SupportedOSPlatform("windows")]
internal sealed unsafe class NetworkCategories : INetworkCategories
{
    /// <summary>Connections looked at; a machine with more has other troubles.</summary>
    private const int MaxConnections = 256;

    private static readonly StrategyBasedComWrappers Wrappers = new();

    public KnownNetwork? Find(Guid adapter) => WithManager(manager =>
    {
        Require(manager.GetNetworkConnections(out IEnumNetworkConnections? connections), "INetworkListManager.GetNetworkConnections");
        for (int i = 0; i < MaxConnections && connections!.Next(1, out INetworkConnection? connection, out uint fetched) == S_OK && fetched == 1; i++)
        {
            if (connection!.GetAdapterId(out Guid id) == S_OK && id == adapter && connection.GetNetwork(out INetwork? network) == S_OK)
            {
                return Describe(network!);
            }
        }

        return null;
    });

    public void Set(Guid network, NetworkCategory category) => WithManager(manager =>
    {
        if (manager.GetNetwork(network, out INetwork? found) == S_OK && found is not null)
        {
            Require(found.SetCategory((int)category), "INetwork.SetCategory");
        }

        return found;
    });

    /// <summary>Goes through the list until its end, for a look whether the list works at all.</summary>
    internal static int CountConnections() => WithManager(manager =>
    {
        Require(manager.GetNetworkConnections(out IEnumNetworkConnections? connections), "INetworkListManager.GetNetworkConnections");
        int count = 0;
        while (count < MaxConnections && connections!.Next(1, out INetworkConnection? connection, out uint fetched) == S_OK && fetched == 1)
        {
            Require(connection!.GetAdapterId(out _), "INetworkConnection.GetAdapterId");
            Require(connection.GetNetwork(out INetwork? network), "INetworkConnection.GetNetwork");
            Require(network!.GetCategory(out _), "INetwork.GetCategory");
            count++;
        }

        return count;
    });

    private static KnownNetwork Describe(INetwork network)
    {
        Require(network.GetNetworkId(out Guid id), "INetwork.GetNetworkId");
        Require(network.GetCategory(out int category), "INetwork.GetCategory");
        return new KnownNetwork(id, network.GetName(out string? name) == S_OK && name is not null ? name : id.ToString(), (NetworkCategory)category);
    }

    private static T WithManager<T>(Func<INetworkListManager, T> use)
    {
        // Threads of the pool are multithreaded apartments already, except in NativeAOT, where nobody has asked for it yet.
        int initialized = CoInitializeEx(0, COINIT_MULTITHREADED);
        try
        {
            // SAFETY: locals; the reference that CoCreateInstance gives is released once the wrapper has its own.
            Guid classId = CLSID_NetworkListManager;
            Guid interfaceId = IID_INetworkListManager;
            nint instance;
            Require(CoCreateInstance(&classId, 0, CLSCTX_ALL, &interfaceId, &instance), "CoCreateInstance NetworkListManager");
            try
            {
                return use((INetworkListManager)Wrappers.GetOrCreateObjectForComInstance(instance, CreateObjectFlags.UniqueInstance));
            }
            finally
            {
                Marshal.Release(instance);
            }
        }
        catch (Exception e) when (e is COMException or InvalidCastException)
        {
            // A proxy whose service is gone, or an object without the interface: the wrappers throw, whatever the methods return.
            throw Failure(e.Message.TrimEnd('.', ' '));
        }
        finally
        {
            if (initialized >= 0)
            {
                CoUninitialize();
            }
        }
    }

    private static void Require(int result, string api)
    {
        if (result != S_OK)
        {
            throw Failure($"{api}: {Marshal.GetPInvokeErrorMessage(result).TrimEnd('.', ' ')} (0x{result:x8})");
        }
    }

    private static SoftlanException Failure(string why) =>
        SoftlanException.Create(
            "Cannot look after the network category",
            why,
            "set it yourself: Settings, Network, the TAP adapter, Private network");
}
