using System.Diagnostics;
using System.Runtime.Versioning;
using Xunit;

namespace Softlan.Tests.Platform.Linux;

[Collection(NamespaceTests.Name)]
[SupportedOSPlatform("linux")]
public sealed class NetworkNamespaceTests
{
    /// <summary>More than any process has (PID_MAX_LIMIT).</summary>
    private const int NoProcess = 4_194_305;

    [Fact]
    public void RemoveDead_NamespaceOfAKilledRun_IsGone_AndThatOfThisOneIsNot()
    {
        using NetworkNamespace alive = NetworkNamespace.Create();
        string dead = $"sltest-{NoProcess}-1";
        using Process made = Process.Start("ip", ["netns", "add", dead]);
        made.WaitForExit();
        Assert.Equal(0, made.ExitCode);
        NetworkNamespace.RemoveDead();
        Assert.False(File.Exists($"/run/netns/{dead}"));
        alive.Ip("link show lo");
    }
}
