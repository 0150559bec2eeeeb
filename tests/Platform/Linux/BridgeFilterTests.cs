using System.Runtime.Versioning;
using Softlan.Platform.Linux;
using Softlan.Wire;
using Xunit;

namespace Softlan.Tests.Platform.Linux;

/// <summary>Both places where br_netfilter looks.</summary>
[SupportedOSPlatform("linux")]
public sealed class BridgeFilterTests : IDisposable
{
    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("softlan-bridge-");

    public void Dispose() => _root.Delete(recursive: true);

    [Theory]
    [InlineData(0, 0, 0, 0, null)]
    [InlineData(1, 1, 0, 0, "IPv4 and IPv6")]
    [InlineData(1, 0, 0, 0, "IPv4")]
    [InlineData(0, 1, 0, 0, "IPv6")]
    [InlineData(0, 0, 1, 0, "IPv4")]
    [InlineData(0, 1, 1, 0, "IPv4 and IPv6")]
    [InlineData(1, 1, null, null, "IPv4 and IPv6")]
    public void FindFamilies_EitherSwitchIsOn_NamesThem(int common4, int common6, int? bridge4, int? bridge6, string? families)
    {
        Write("proc/sys/net/bridge/bridge-nf-call-iptables", common4);
        Write("proc/sys/net/bridge/bridge-nf-call-ip6tables", common6);
        Write("sys/class/net/br0/bridge/nf_call_iptables", bridge4);
        Write("sys/class/net/br0/bridge/nf_call_ip6tables", bridge6);
        Assert.Equal(families, Find());
    }

    [Fact]
    public void FindFamilies_TheModuleIsNotLoaded_TheBridgesSwitchMeansNothing()
    {
        Write("sys/class/net/br0/bridge/nf_call_iptables", 1);
        Assert.Null(Find());
    }

    [Fact]
    public void FindFamilies_OtherBridges_HaveTheirOwn()
    {
        Write("proc/sys/net/bridge/bridge-nf-call-iptables", 0);
        Write("sys/class/net/br1/bridge/nf_call_iptables", 1);
        Assert.Null(Find());
        Assert.Throws<SoftlanException>(() => BridgeFilter.FindFamilies("../br1", _root.FullName));
    }

    private string? Find() => BridgeFilter.FindFamilies("br0", _root.FullName);

    private void Write(string path, int? value)
    {
        string full = Path.Combine(_root.FullName, path);
        if (value is not null)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(full)!);
            File.WriteAllText(full, $"{value}\n");
        }
    }
}
