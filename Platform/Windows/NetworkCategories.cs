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
        INetwork? own = null;
        List<(Guid Adapter, Guid Network)> others = [];
        foreach (INetworkConnection connection in Connections(manager))
        {
            if (connection.GetAdapterId(out Guid id) != S_OK || connection.GetNetwork(out INetwork? network) != S_OK)
            {
                continue;
            }

            if (id == adapter)
            {
                own ??= network;
            }
            else if (IsSo(connection.get_IsConnected(out short isConnected), isConnected) && network!.GetNetworkId(out Guid networkId) == S_OK)
            {
                others.Add((id, networkId));
            }
        }

        return own is null ? null : Describe(own, others);
    });

    public NetworkState? Read(Guid network) => WithManager<NetworkState?>(manager =>
    {
        if (manager.GetNetwork(network, out INetwork? found) != S_OK || found is null)
        {
            return null;
        }

        Require(found.GetCategory(out int category), "INetwork.GetCategory");
        return new NetworkState((NetworkCategory)category, IsSo(found.get_IsConnected(out short isConnected), isConnected));
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
        int count = 0;
        foreach (INetworkConnection connection in Connections(manager))
        {
            Require(connection.GetAdapterId(out _), "INetworkConnection.GetAdapterId");
            Require(connection.get_IsConnected(out _), "INetworkConnection.get_IsConnected");
            Require(connection.GetNetwork(out INetwork? network), "INetworkConnection.GetNetwork");
            Require(network!.GetCategory(out _), "INetwork.GetCategory");
            Require(network.get_IsConnected(out _), "INetwork.get_IsConnected");
            count++;
        }

        return count;
    });

    private static IEnumerable<INetworkConnection> Connections(INetworkListManager manager)
    {
        Require(manager.GetNetworkConnections(out IEnumNetworkConnections? connections), "INetworkListManager.GetNetworkConnections");
        for (int i = 0; i < MaxConnections && connections!.Next(1, out INetworkConnection? connection, out uint fetched) == S_OK && fetched == 1; i++)
        {
            yield return connection!;
        }
    }

    /// <summary>What Windows does not say is taken for so.</summary>
    private static bool IsSo(int result, short variant) => result != S_OK || variant != 0;

    private static KnownNetwork Describe(INetwork network, IEnumerable<(Guid Adapter, Guid Network)> others)
    {
        Require(network.GetNetworkId(out Guid id), "INetwork.GetNetworkId");
        Require(network.GetCategory(out int category), "INetwork.GetCategory");
        return new KnownNetwork(
            id,
            network.GetName(out string? name) == S_OK && name is not null ? name : id.ToString(),
            (NetworkCategory)category,
            [.. others.Where(other => other.Network == id).Select(other => other.Adapter).Distinct()]);
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
