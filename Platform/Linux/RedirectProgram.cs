using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using static Softlan.Platform.Linux.NativeBpf;

namespace Softlan.Platform.Linux;

/// <summary>A BPF program of six instructions: marks a frame and lets it enter another interface as if that one had received it.</summary>
/// <remarks>
/// <code>
/// skb->mark = MARK;
/// return bpf_redirect(interface, BPF_F_INGRESS);
/// </code>
/// bpf_redirect asks for no licence (it is not gpl_only in net/core/filter.c) and is there since Linux 4.2.
/// </remarks>
[SupportedOSPlatform("linux")]
internal static class RedirectProgram
{
    // Bytes of instruction fields: destination register low, source register high. r1 is the context on entry, then the first argument.
    private const byte R1 = 0x01;
    private const byte R2 = 0x02;
    private const byte R1FromR2 = 0x21;

    /// <summary>Loads it.</summary>
    /// <returns>The program, or an invalid descriptor with errno set.</returns>
    public static unsafe SafeFd Load(int interfaceIndex, uint mark)
    {
        ReadOnlySpan<Instruction> instructions =
        [
            new() { Code = BPF_ALU64_MOV_K, Registers = R2, Immediate = unchecked((int)mark) },
            new() { Code = BPF_STX_MEM_W, Registers = R1FromR2, Offset = SkBuffMark },
            new() { Code = BPF_ALU64_MOV_K, Registers = R1, Immediate = interfaceIndex },
            new() { Code = BPF_ALU64_MOV_K, Registers = R2, Immediate = BPF_F_INGRESS },
            new() { Code = BPF_JMP_CALL, Immediate = BPF_FUNC_redirect },
            new() { Code = BPF_JMP_EXIT },
        ];
        ReadOnlySpan<byte> license = "none\0"u8;

        // SAFETY: the kernel copies instructions and licence before the call returns.
        fixed (Instruction* first = instructions)
        fixed (byte* text = license)
        {
            ProgramLoad load = new()
            {
                Type = BPF_PROG_TYPE_SCHED_CLS,
                InstructionCount = (uint)instructions.Length,
                Instructions = (ulong)first,
                License = (ulong)text,
            };
            SafeFd program = new();
            Marshal.InitHandle(program, Bpf(SYS_bpf, BPF_PROG_LOAD, ref load, (nuint)Unsafe.SizeOf<ProgramLoad>()));
            return program;
        }
    }
}
