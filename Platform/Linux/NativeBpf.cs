using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace Softlan.Platform.Linux;

/// <summary>Loading a BPF program (linux/bpf.h, bpf(2)). Declarations only.</summary>
[SupportedOSPlatform("linux")]
internal static partial class NativeBpf
{
    private const string Libc = "libc";

    public const int BPF_PROG_LOAD = 5;
    public const uint BPF_PROG_TYPE_SCHED_CLS = 3;
    public const int BPF_FUNC_redirect = 23;
    public const int BPF_F_INGRESS = 1;

    // linux/bpf.h, linux/bpf_common.h: the opcodes of the one program that softlan loads.
    public const byte BPF_ALU64_MOV_K = 0xb7;
    public const byte BPF_STX_MEM_W = 0x63;
    public const byte BPF_JMP_CALL = 0x85;
    public const byte BPF_JMP_EXIT = 0x95;

    /// <summary>offsetof(struct __sk_buff, mark)</summary>
    public const short SkBuffMark = 8;

    /// <summary>asm/unistd.h: __NR_bpf is 321 on x86-64 and 280 on arm64 (and all newer architectures).</summary>
    public static readonly nint SYS_bpf = RuntimeInformation.ProcessArchitecture is Architecture.X64 ? 321 : 280;

    [LibraryImport(Libc, EntryPoint = "syscall", SetLastError = true)]
    public static partial nint Bpf(nint number, nint command, ref ProgramLoad attributes, nuint size);

    /// <summary>struct bpf_insn.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct Instruction
    {
        public byte Code;

        /// <summary>Destination register in the low half, source register in the high half.</summary>
        public byte Registers;
        public short Offset;
        public int Immediate;
    }

    /// <summary>The beginning of union bpf_attr as BPF_PROG_LOAD reads it; the kernel takes what is left out for zero.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct ProgramLoad
    {
        public uint Type;
        public uint InstructionCount;
        public ulong Instructions;
        public ulong License;
        public uint LogLevel;
        public uint LogLength;
        public ulong Log;
        public uint KernelVersion;
        public uint Flags;
    }
}
