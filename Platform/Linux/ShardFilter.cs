using System.Runtime.Versioning;
using static Softlan.Platform.Linux.NativePacket;

namespace Softlan.Platform.Linux;

/// <summary>A classic BPF filter by which the kernel brings each QUIC packet to the socket whose connection id it names, whatever address it comes
/// from.</summary>
/// <remarks>
/// The id begins behind the first byte of a short header, and behind version and length of a long one (RFC 9000, sections 17.2 and 17.3). Its first
/// byte modulo the number of sockets is the socket's number, in the order in which they were bound.
/// </remarks>
[SupportedOSPlatform("linux")]
internal static class ShardFilter
{
    private const uint LongHeader = 0x80;
    private const uint ShortHeaderCid = 1;
    private const uint LongHeaderCid = 6;

    /// <summary>To be called when all are bound.</summary>
    /// <param name="socket">Any of them.</param>
    /// <param name="count">How many there are.</param>
    /// <returns>False where the kernel has no such filters (before Linux 4.5).</returns>
    public static bool TryAttach(SafeFd socket, int count)
    {
        ReadOnlySpan<FilterInstruction> instructions =
        [
            new() { Code = BPF_LD_B_ABS, K = 0 },
            new() { Code = BPF_JMP_JSET_K, K = LongHeader, JumpTrue = 0, JumpFalse = 2 },
            new() { Code = BPF_LD_B_ABS, K = LongHeaderCid },
            new() { Code = BPF_JMP_JA, K = 1 },
            new() { Code = BPF_LD_B_ABS, K = ShortHeaderCid },
            new() { Code = BPF_ALU_MOD_K, K = (uint)count },
            new() { Code = BPF_RET_A },
        ];

        return SocketFilter.TryAttach(socket, NativeSocket.SO_ATTACH_REUSEPORT_CBPF, instructions);
    }
}
