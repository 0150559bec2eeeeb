using System.Runtime.Versioning;
using static Softlan.Platform.Linux.NativePacket;
using static Softlan.Platform.Linux.NativeSocket;

namespace Softlan.Platform.Linux;

/// <summary>A classic BPF filter that keeps frames from a packet socket that came in with one mark.</summary>
/// <remarks>What this host sends passes with any mark: what was delivered with one keeps it when it is forwarded, and answers inherit it
/// (net.ipv4.fwmark_reflect, net.ipv4.tcp_fwmark_accept, rules that restore a connection's mark).</remarks>
[SupportedOSPlatform("linux")]
internal static class MarkFilter
{
    private const uint WholeFrame = uint.MaxValue;

    /// <exception cref="Softlan.Wire.SoftlanException">The kernel refuses the filter.</exception>
    public static void Attach(SafeFd fd, uint mark, string what)
    {
        ReadOnlySpan<FilterInstruction> instructions =
        [
            new() { Code = BPF_LD_W_ABS, K = unchecked(SKF_AD_OFF + SKF_AD_PKTTYPE) },
            new() { Code = BPF_JMP_JEQ_K, K = PACKET_OUTGOING, JumpTrue = 3, JumpFalse = 0 },
            new() { Code = BPF_LD_W_ABS, K = unchecked(SKF_AD_OFF + SKF_AD_MARK) },
            new() { Code = BPF_JMP_JEQ_K, K = mark, JumpTrue = 0, JumpFalse = 1 },
            new() { Code = BPF_RET_K, K = 0 },
            new() { Code = BPF_RET_K, K = WholeFrame },
        ];

        if (!SocketFilter.TryAttach(fd, SO_ATTACH_FILTER, instructions))
        {
            throw Errno.ToException(what, Errno.Last, "allow the process to attach socket filters (SO_ATTACH_FILTER)");
        }
    }
}
