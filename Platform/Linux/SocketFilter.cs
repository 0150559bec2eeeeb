using System.Runtime.Versioning;
using static Softlan.Platform.Linux.NativePacket;

namespace Softlan.Platform.Linux;

/// <summary>Gives a classic BPF program to a socket.</summary>
[SupportedOSPlatform("linux")]
internal static class SocketFilter
{
    /// <param name="socket">Whose it becomes.</param>
    /// <param name="option">SO_ATTACH_FILTER or SO_ATTACH_REUSEPORT_CBPF.</param>
    /// <param name="instructions">The program.</param>
    /// <returns>False where the kernel refuses; <see cref="Errno.Last"/> says why.</returns>
    public static unsafe bool TryAttach(SafeFd socket, int option, ReadOnlySpan<FilterInstruction> instructions)
    {
        // SAFETY: the kernel copies the instructions before the call returns.
        fixed (FilterInstruction* first = instructions)
        {
            FilterProgram program = new() { Count = (ushort)instructions.Length, Instructions = (nint)first };
            return SocketOptions.TrySet(socket, NativeSocket.SOL_SOCKET, option, program);
        }
    }
}
