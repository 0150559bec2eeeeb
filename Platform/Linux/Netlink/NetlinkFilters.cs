using System.Runtime.Versioning;
using static Softlan.Platform.Linux.Netlink.NativeNetlink;

namespace Softlan.Platform.Linux.Netlink;

/// <summary>Traffic control, as far as local delivery needs it: a program at an interface's ingress. What <c>tc qdisc add dev X clsact</c> and <c>tc
/// filter add dev X ingress bpf da fd N</c> do.</summary>
[SupportedOSPlatform("linux")]
internal static class NetlinkFilters
{
    private const ushort EthPAllBigEndian = 0x0300; // linux/if_ether.h: ETH_P_ALL, as the kernel wants it in tcm_info
    private const uint Priority = 1;

    /// <summary>Gives the interface the classless hook that filters attach to (Linux 4.5).</summary>
    public static NetlinkResult AddClsact(NetlinkSocket socket, int interfaceIndex)
    {
        NetlinkWriter request = new(stackalloc byte[NetlinkWriter.MaxLength], RTM_NEWQDISC, NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL);
        request.Header(new TrafficMessage { Index = interfaceIndex, Handle = TC_H_CLSACT_HANDLE, Parent = TC_H_CLSACT });
        request.Attribute(TCA_KIND, "clsact");
        return socket.Change(request);
    }

    /// <summary>Runs a loaded BPF program of type SCHED_CLS on every frame that enters the interface; what it returns is the verdict (direct
    /// action).</summary>
    public static NetlinkResult AttachIngress(NetlinkSocket socket, int interfaceIndex, SafeFd program, string name)
    {
        NetlinkWriter request = new(stackalloc byte[NetlinkWriter.MaxLength], RTM_NEWTFILTER, NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL);
        request.Header(new TrafficMessage { Index = interfaceIndex, Parent = TC_H_CLSACT_INGRESS, Info = (Priority << 16) | EthPAllBigEndian });
        request.Attribute(TCA_KIND, "bpf");
        int options = request.BeginNested(TCA_OPTIONS);
        request.Attribute(TCA_BPF_FD, program.Number);
        request.Attribute(TCA_BPF_NAME, name);
        request.Attribute(TCA_BPF_FLAGS, TCA_BPF_FLAG_ACT_DIRECT);
        request.EndNested(options);
        return socket.Change(request);
    }
}
