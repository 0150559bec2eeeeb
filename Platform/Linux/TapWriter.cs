using System.Runtime.Versioning;
using Softlan.Wire;

namespace Softlan.Platform.Linux;

/// <summary>Writes frames into a TAP: one write(2) for a frame or super-frame; the driver has no call for many.</summary>
[SupportedOSPlatform("linux")]
internal sealed class TapWriter(SafeFd fd, PeerCounters counters, bool mergesUdp) : BatchWriter(fd, counters, mergesUdp)
{
    protected override int WriteOne(ReadOnlySpan<byte> entry)
    {
        while (NativeLibc.Write(Descriptor, entry, (nuint)entry.Length) < 0)
        {
            int error = Errno.Last;
            if (error != Errno.EINTR)
            {
                return error;
            }
        }

        return 0;
    }

    /// <summary>EBADFD: the interface was deleted. EIO only means that it is down.</summary>
    protected override bool IsFatal(int error) => error is Errno.EBADFD or Errno.EBADF or Errno.ENODEV;
}
