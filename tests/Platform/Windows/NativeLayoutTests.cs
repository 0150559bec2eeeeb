using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Softlan.Platform.Windows;
using Xunit;
using static Softlan.Platform.Windows.NativeIphlpapi;
using static Softlan.Platform.Windows.NativeKernel32;
using static Softlan.Platform.Windows.NativeSetupapi;

namespace Softlan.Tests.Platform.Windows;

/// <summary>Sizes, offsets and codes, against the numbers that a C compiler gave for the Windows headers (x86-64, mingw-w64 10 and 12; arm64 lays
/// these structs out alike).</summary>
public sealed class NativeLayoutTests
{
    [Fact]
    public void Sizes_AreThoseOfTheHeaders()
    {
        Assert.Equal(28, Unsafe.SizeOf<SOCKADDR_INET>());
        Assert.Equal(32, Unsafe.SizeOf<IP_ADDRESS_PREFIX>());
        Assert.Equal(104, Unsafe.SizeOf<MIB_IPFORWARD_ROW2>());
        Assert.Equal(168, Unsafe.SizeOf<MIB_IPINTERFACE_ROW>());
        Assert.Equal(80, Unsafe.SizeOf<MIB_UNICASTIPADDRESS_ROW>());
        Assert.Equal(8, Unsafe.SizeOf<MIB_TABLE>()); // The rows begin here.
        Assert.Equal(80, Unsafe.SizeOf<DNS_INTERFACE_SETTINGS_EX>());
        Assert.Equal(32, Unsafe.SizeOf<OVERLAPPED>());
        Assert.Equal(32, Unsafe.SizeOf<OVERLAPPED_ENTRY>());
        Assert.Equal(32, Unsafe.SizeOf<SP_DEVINFO_DATA>());
        Assert.Equal(20, Unsafe.SizeOf<SP_PROPCHANGE_PARAMS>());
        Assert.Equal(584, Unsafe.SizeOf<SP_DEVINSTALL_PARAMS_W>());
    }

    [Theory]
    [InlineData(typeof(SOCKADDR_INET), "si_family", 0)]
    [InlineData(typeof(SOCKADDR_INET), "sin_port", 2)]
    [InlineData(typeof(SOCKADDR_INET), "sin_addr", 4)]
    [InlineData(typeof(SOCKADDR_INET), "sin6_addr", 8)]
    [InlineData(typeof(SOCKADDR_INET), "sin6_scope_id", 24)]
    [InlineData(typeof(IP_ADDRESS_PREFIX), "PrefixLength", 28)]
    [InlineData(typeof(MIB_IPFORWARD_ROW2), "InterfaceIndex", 8)]
    [InlineData(typeof(MIB_IPFORWARD_ROW2), "DestinationPrefix", 12)]
    [InlineData(typeof(MIB_IPFORWARD_ROW2), "NextHop", 44)]
    [InlineData(typeof(MIB_IPFORWARD_ROW2), "SitePrefixLength", 72)]
    [InlineData(typeof(MIB_IPFORWARD_ROW2), "ValidLifetime", 76)]
    [InlineData(typeof(MIB_IPFORWARD_ROW2), "PreferredLifetime", 80)]
    [InlineData(typeof(MIB_IPFORWARD_ROW2), "Metric", 84)]
    [InlineData(typeof(MIB_IPFORWARD_ROW2), "Protocol", 88)]
    [InlineData(typeof(MIB_IPFORWARD_ROW2), "Loopback", 92)]
    [InlineData(typeof(MIB_IPFORWARD_ROW2), "Immortal", 95)]
    [InlineData(typeof(MIB_IPFORWARD_ROW2), "Age", 96)]
    [InlineData(typeof(MIB_IPFORWARD_ROW2), "Origin", 100)]
    [InlineData(typeof(MIB_IPINTERFACE_ROW), "InterfaceLuid", 8)]
    [InlineData(typeof(MIB_IPINTERFACE_ROW), "InterfaceIndex", 16)]
    [InlineData(typeof(MIB_IPINTERFACE_ROW), "MaxReassemblySize", 20)]
    [InlineData(typeof(MIB_IPINTERFACE_ROW), "InterfaceIdentifier", 24)]
    [InlineData(typeof(MIB_IPINTERFACE_ROW), "AdvertisingEnabled", 40)]
    [InlineData(typeof(MIB_IPINTERFACE_ROW), "UseAutomaticMetric", 44)]
    [InlineData(typeof(MIB_IPINTERFACE_ROW), "AdvertiseDefaultRoute", 48)]
    [InlineData(typeof(MIB_IPINTERFACE_ROW), "RouterDiscoveryBehavior", 52)]
    [InlineData(typeof(MIB_IPINTERFACE_ROW), "LinkLocalAddressTimeout", 76)]
    [InlineData(typeof(MIB_IPINTERFACE_ROW), "ZoneIndices", 80)]
    [InlineData(typeof(MIB_IPINTERFACE_ROW), "SitePrefixLength", 144)]
    [InlineData(typeof(MIB_IPINTERFACE_ROW), "Metric", 148)]
    [InlineData(typeof(MIB_IPINTERFACE_ROW), "NlMtu", 152)]
    [InlineData(typeof(MIB_IPINTERFACE_ROW), "Connected", 156)]
    [InlineData(typeof(MIB_IPINTERFACE_ROW), "ReachableTime", 160)]
    [InlineData(typeof(MIB_IPINTERFACE_ROW), "DisableDefaultRoutes", 166)]
    [InlineData(typeof(MIB_UNICASTIPADDRESS_ROW), "InterfaceLuid", 32)]
    [InlineData(typeof(MIB_UNICASTIPADDRESS_ROW), "InterfaceIndex", 40)]
    [InlineData(typeof(MIB_UNICASTIPADDRESS_ROW), "PrefixOrigin", 44)]
    [InlineData(typeof(MIB_UNICASTIPADDRESS_ROW), "OnLinkPrefixLength", 60)]
    [InlineData(typeof(MIB_UNICASTIPADDRESS_ROW), "DadState", 64)]
    [InlineData(typeof(MIB_UNICASTIPADDRESS_ROW), "ScopeId", 68)]
    [InlineData(typeof(MIB_UNICASTIPADDRESS_ROW), "CreationTimeStamp", 72)]
    [InlineData(typeof(DNS_INTERFACE_SETTINGS_EX), "Flags", 8)]
    [InlineData(typeof(DNS_INTERFACE_SETTINGS_EX), "RegistrationEnabled", 40)]
    [InlineData(typeof(DNS_INTERFACE_SETTINGS_EX), "ProfileNameServer", 56)]
    [InlineData(typeof(DNS_INTERFACE_SETTINGS_EX), "DisableUnconstrainedQueries", 64)]
    [InlineData(typeof(DNS_INTERFACE_SETTINGS_EX), "SupplementalSearchList", 72)]
    [InlineData(typeof(OVERLAPPED), "InternalHigh", 8)]
    [InlineData(typeof(OVERLAPPED), "Offset", 16)]
    [InlineData(typeof(OVERLAPPED), "hEvent", 24)]
    [InlineData(typeof(OVERLAPPED_ENTRY), "lpOverlapped", 8)]
    [InlineData(typeof(OVERLAPPED_ENTRY), "dwNumberOfBytesTransferred", 24)]
    [InlineData(typeof(SP_DEVINFO_DATA), "DevInst", 20)]
    [InlineData(typeof(SP_PROPCHANGE_PARAMS), "StateChange", 8)]
    [InlineData(typeof(SP_DEVINSTALL_PARAMS_W), "hwndParent", 16)]
    public void Offsets_AreThoseOfTheHeaders(Type type, string field, int offset) => Assert.Equal(offset, Marshal.OffsetOf(type, field).ToInt32());

    [Theory]
    [InlineData("TAP_WIN_IOCTL_GET_MAC", 0x00220004u)]
    [InlineData("TAP_WIN_IOCTL_GET_VERSION", 0x00220008u)]
    [InlineData("TAP_WIN_IOCTL_GET_MTU", 0x0022000Cu)]
    [InlineData("TAP_WIN_IOCTL_SET_MEDIA_STATUS", 0x00220018u)]
    public void ControlCodes_AreTheDrivers(string name, uint code) =>
        Assert.Equal(code, typeof(NativeTapWindows6).GetField(name, BindingFlags.Public | BindingFlags.Static)!.GetRawConstantValue());
}
