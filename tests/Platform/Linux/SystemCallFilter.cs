using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Softlan.Platform.Linux;
using Xunit;
using static Softlan.Platform.Linux.NativePacket;

namespace Softlan.Tests.Platform.Linux;

/// <summary>Has the kernel refuse what it does not refuse here (seccomp(2)): for the calling thread, until that ends.</summary>
[SupportedOSPlatform("linux")]
internal static unsafe partial class SystemCallFilter
{
    private const string Libc = "libc";
    private const int PR_SET_SECCOMP = 22;
    private const int PR_SET_NO_NEW_PRIVS = 38;
    private const nuint SECCOMP_MODE_FILTER = 2;
    private const uint SECCOMP_RET_ERRNO = 0x00050000;
    private const uint SECCOMP_RET_ALLOW = 0x7fff0000;

    // offsetof(struct seccomp_data, nr) and the low half of args[0].
    private const uint Number = 0;
    private const uint FirstArgument = 16;

    /// <summary>asm/unistd.h: __NR_socket.</summary>
    private static readonly uint SYS_socket = IsX64 ? 41u : 198u;

    /// <summary>asm/unistd.h: __NR_sendto, which send(2) is made of.</summary>
    private static readonly uint SYS_sendto = IsX64 ? 44u : 206u;

    private static bool IsX64 => RuntimeInformation.ProcessArchitecture is System.Runtime.InteropServices.Architecture.X64;

    /// <summary>Sockets of IPv6 cannot be opened, as under a kernel that has none.</summary>
    public static void RefuseIPv6OfThisThread() =>
        Apply(
        [
            new() { Code = BPF_LD_W_ABS, K = Number },
            new() { Code = BPF_JMP_JEQ_K, K = SYS_socket, JumpTrue = 0, JumpFalse = 3 },
            new() { Code = BPF_LD_W_ABS, K = FirstArgument },
            new() { Code = BPF_JMP_JEQ_K, K = SockAddr.Inet6, JumpTrue = 0, JumpFalse = 1 },
            new() { Code = BPF_RET_K, K = SECCOMP_RET_ERRNO | Errno.EAFNOSUPPORT },
            new() { Code = BPF_RET_K, K = SECCOMP_RET_ALLOW },
        ]);

    /// <summary>Nothing can be sent with send(2), such as questions to the kernel, as where memory is short.</summary>
    public static void RefuseSendOfThisThread() =>
        Apply(
        [
            new() { Code = BPF_LD_W_ABS, K = Number },
            new() { Code = BPF_JMP_JEQ_K, K = SYS_sendto, JumpTrue = 0, JumpFalse = 1 },
            new() { Code = BPF_RET_K, K = SECCOMP_RET_ERRNO | Errno.ENOBUFS },
            new() { Code = BPF_RET_K, K = SECCOMP_RET_ALLOW },
        ]);

    private static void Apply(ReadOnlySpan<FilterInstruction> instructions)
    {
        // SAFETY: the kernel copies the program before the call returns.
        fixed (FilterInstruction* first = instructions)
        {
            FilterProgram program = new() { Count = (ushort)instructions.Length, Instructions = (nint)first };
            Assert.Equal(0, Prctl(PR_SET_NO_NEW_PRIVS, 1, null, 0, 0));
            Assert.Equal(0, Prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0));
        }
    }

    [LibraryImport(Libc, EntryPoint = "prctl", SetLastError = true)]
    private static partial int Prctl(int option, nuint argument, FilterProgram* program, nuint fourth, nuint fifth);
}
