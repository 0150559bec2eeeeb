using System.Runtime.CompilerServices;
using System.Runtime.Versioning;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Softlan.Platform.Linux;
using Softlan.Roles.Client;
using Softlan.Roles.Client.Linux;
using Softlan.Roles.Shared;
using Softlan.Tests.Platform.Linux;
using Softlan.Tests.Roles.Shared;
using Softlan.Wire;
using Xunit;

namespace Softlan.Tests.Roles.Client.Linux;

/// <summary>A player's Linux machine in a namespace of its own, with a real kernel and a root directory that the test may fill.</summary>
[SupportedOSPlatform("linux")]
public abstract partial class LinuxClientFixture : IDisposable
{
    protected const string Tap = "party0";

    internal static readonly MacAddress Own = MacAddress.FromUInt64(0x02_00_5e_10_00_31);

    internal TemporaryDirectory State { get; } = new();

    internal TemporaryDirectory Root { get; } = new();

    internal RecordingLogger Log { get; } = new();

    public void Dispose()
    {
        State.Dispose();
        Root.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>All that a client may change on the machine. What was wished of an offload is the owner's of the moment, and nothing to put back; and
    /// that nobody holds a TAP any more is no setting, and noted by the kernel when it has the time.</summary>
    internal static string Settings(NetworkNamespace ns) =>
        Carrier().Replace(ns.Ip("addr show") + ns.Ip("route show table all") + ns.Ip("-6 route show table all"), "")
        + ns.TryExec($"ethtool -k {Tap}").Output.Replace(" [requested on]", "", StringComparison.Ordinal);

    /// <summary>All is as it was, in the end: where a parallel test starts a program, that has our descriptors until it is another one, and a TAP
    /// goes with the last of them.</summary>
    internal static void AssertIsAgain(string before, Func<string> now)
    {
        SpinWait.SpinUntil(() => now() == before, TimeSpan.FromSeconds(5));
        Assert.Equal(before, now());
    }

    [GeneratedRegex("NO-CARRIER,|,LOWER_UP| state [A-Z]+| (dead )?linkdown")]
    private static partial Regex Carrier();

    internal static void InNamespace(Action<NetworkNamespace, EventLoop> test)
    {
        using NetworkNamespace ns = NetworkNamespace.Create("ethtool");
        Assert.SkipUnless(File.Exists("/dev/net/tun"), "needs /dev/net/tun");
        ns.Run(() =>
        {
            using EventLoop loop = new();
            test(ns, loop);
        });
    }

    internal LinuxClientHost Create(EventLoop loop, string address, MacAddress? virtualMac = null)
    {
        Assert.True(ClientAddress.TryParse(address, out ClientAddress? parsed));
        return LinuxClientHost.Create(
            loop,
            new ClientOptions
            {
                Join = new JoinOptions { Room = SessionBench.Room },
                IdentityPath = State.File("identity.json"),
                StateDirectory = State.Path,
                Tap = Tap,
                Address = parsed,
                VirtualMac = virtualMac,
            },
            Log,
            new LinuxNameServers(Root.Path));
    }

    /// <summary>A host that is ready to open its port.</summary>
    internal LinuxClientHost Open(EventLoop loop, string address, MacAddress? virtualMac = null)
    {
        LinuxClientHost host = Create(loop, address, virtualMac);
        host.CheckReady();
        host.CleanLeftovers();
        return host;
    }

    /// <summary>What the kernel does to a process that is killed, and its journal is then somebody's who does not run any more.</summary>
    internal void Kill(LinuxTap tap)
    {
        DeviceOf(tap).Dispose();
        string journal = Assert.Single(Directory.GetFiles(State.Path, "client-*.journal.json"));
        JsonNode content = JsonNode.Parse(File.ReadAllText(journal))!;
        content["startTime"] = content["startTime"]!.GetValue<long>() - 1;
        File.WriteAllText(journal, content.ToJsonString());
    }

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_device")]
    private static extern ref TunDevice DeviceOf(LinuxTap tap);
}
