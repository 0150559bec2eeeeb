using System.Runtime.InteropServices;
using System.Runtime.InteropServices.Marshalling;

namespace Softlan.Platform.Windows;

#pragma warning disable CA1040, SYSLIB1099 // The interfaces are what netlistmgr.h makes them.

/// <summary>The Network List Manager's interfaces (netlistmgr.h), as far as their methods are called; those before keep their place in the table.
/// Declarations only.</summary>
internal static partial class NativeNetlistmgr
{
    public static readonly Guid CLSID_NetworkListManager = new("DCB00C01-570F-4A9B-8D69-199FDBA5723B");
    public static readonly Guid IID_INetworkListManager = new("DCB00000-570F-4A9B-8D69-199FDBA5723B");

    /// <summary>IDispatch (oaidl.h), of which nothing is called: slots 3 to 6.</summary>
    [GeneratedComInterface]
    [Guid("00020400-0000-0000-C000-000000000046")]
    internal partial interface IDispatch
    {
        void GetTypeInfoCount();

        void GetTypeInfo();

        void GetIDsOfNames();

        void Invoke();
    }

    [GeneratedComInterface]
    [Guid("DCB00000-570F-4A9B-8D69-199FDBA5723B")]
    internal partial interface INetworkListManager : IDispatch
    {
        void GetNetworks();

        [PreserveSig]
        int GetNetwork(Guid networkId, out INetwork? network);

        [PreserveSig]
        int GetNetworkConnections(out IEnumNetworkConnections? connections);
    }

    [GeneratedComInterface]
    [Guid("DCB00002-570F-4A9B-8D69-199FDBA5723B")]
    internal partial interface INetwork : IDispatch
    {
        [PreserveSig]
        int GetName([MarshalAs(UnmanagedType.BStr)] out string? name);

        void SetName();

        void GetDescription();

        void SetDescription();

        [PreserveSig]
        int GetNetworkId(out Guid id);

        void GetDomainType();

        void GetNetworkConnections();

        void GetTimeCreatedAndConnected();

        void get_IsConnectedToInternet();

        /// <summary>A VARIANT_BOOL: 0 is false.</summary>
        [PreserveSig]
        int get_IsConnected(out short isConnected);

        void GetConnectivity();

        [PreserveSig]
        int GetCategory(out int category);

        [PreserveSig]
        int SetCategory(int category);
    }

    [GeneratedComInterface]
    [Guid("DCB00005-570F-4A9B-8D69-199FDBA5723B")]
    internal partial interface INetworkConnection : IDispatch
    {
        [PreserveSig]
        int GetNetwork(out INetwork? network);

        void get_IsConnectedToInternet();

        /// <summary>A VARIANT_BOOL: 0 is false.</summary>
        [PreserveSig]
        int get_IsConnected(out short isConnected);

        void GetConnectivity();

        void GetConnectionId();

        [PreserveSig]
        int GetAdapterId(out Guid id);
    }

    [GeneratedComInterface]
    [Guid("DCB00006-570F-4A9B-8D69-199FDBA5723B")]
    internal partial interface IEnumNetworkConnections : IDispatch
    {
        void get__NewEnum();

        /// <summary>One at a time: the array then is a single pointer.</summary>
        [PreserveSig]
        int Next(uint count, out INetworkConnection? connection, out uint fetched);
    }
}
