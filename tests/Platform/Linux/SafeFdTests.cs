using System.Runtime.Versioning;
using Softlan.Platform.Linux;
using Xunit;

namespace Softlan.Tests.Platform.Linux;

[SupportedOSPlatform("linux")]
public sealed class SafeFdTests
{
    /// <summary>Of the families above AF_MAX, which no kernel has.</summary>
    private const int NoAddressFamily = 4711;

    [Fact]
    public void IsInvalid_OpenFailed_IsTrueAndErrnoSaysWhy()
    {
        using SafeFd fd = NativeTun.Open("/no/such/device", NativeTun.O_CLOEXEC);
        int errno = Errno.Last;
        Assert.True(fd.IsInvalid);
        Assert.Equal(Errno.ENOENT, errno);
    }

    [Fact]
    public void IsInvalid_SocketFailed_IsTrueAndErrnoSaysWhy()
    {
        using SafeFd fd = NativeSocket.Socket(NoAddressFamily, NativeSocket.SOCK_CLOEXEC, 0);
        int errno = Errno.Last;
        Assert.True(fd.IsInvalid);
        Assert.NotEqual(0, errno);
    }

    [Fact]
    public void IsInvalid_OpenSucceeded_IsFalse()
    {
        using SafeFd fd = NativeTun.Open("/dev/null", NativeTun.O_CLOEXEC);
        Assert.False(fd.IsInvalid);
        Assert.True(fd.Number > 2);
    }
}
