using System.Runtime.Versioning;
using static Softlan.Platform.Linux.NativePacket;
using static Softlan.Platform.Linux.NativeSocket;

namespace Softlan.Platform.Linux;

/// <summary>A classic BPF filter that keeps frames with one mark from a packet socket.</summary>
[SupportedOSPlatform("linux")]
internal static class MarkFilter
{
    private const uint WholeFrame = uint.MaxValue;

    /// <exception cref="Softlan.Wire.SoftlanException">The kernel refuses the filter.</exception>
    public static void Attach(SafeFd fd, uint mark, string what)
    {
        ReadOnlySpan<FilterInstruction> instructions =
        [
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
