using System.Runtime.Versioning;
using Softlan.Platform.Linux;
using Softlan.Platform.Linux.Netlink;
using Softlan.Wire;
using Xunit;

namespace Softlan.Tests.Platform.Linux;

[Collection(NamespaceTests.Name)]
[SupportedOSPlatform("linux")]
public sealed class InterfaceReturnTests
{
    [Fact]
    public void Look_InterfaceThatIsFit_IsTakenUpAtOnce()
    {
        InNamespace((ns, watch) =>
        {
            watch.Look();
            Assert.Empty(watch.Taken);
            Add(ns);
            ns.Ip("link set nic0 up");
            watch.Look();
            Assert.Equal("nic0", Assert.Single(watch.Taken).Name);
            Assert.Empty(watch.Recorder.Refusals);
        });
    }

    [Fact]
    public void Look_InterfaceThatIsNotFit_EachReasonIsToldOnceAndOnlyIfItLasts()
    {
        InNamespace((ns, watch) =>
        {
            Add(ns);
            watch.Look();
            watch.Pass(InterfaceReturn.Patience - TimeSpan.FromSeconds(1));
            watch.Look();
            Assert.Empty(watch.Recorder.Refusals);
            watch.Pass(TimeSpan.FromSeconds(1));
            watch.Look();
            Assert.Equal(["it is down"], watch.Reasons);

            ns.Ip("link add other0 type veth peer name other1"); // The hint may name it from now on.
            ns.Ip("link set other0 up");
            ns.Ip("link set other1 up");
            watch.Pass(TimeSpan.FromHours(1));
            watch.Look();
            Assert.Equal(["it is down"], watch.Reasons);

            ns.Ip("link add br0 type bridge");
            ns.Ip("link set nic0 master br0");
            ns.Ip("link set nic0 up");
            watch.Look();
            Assert.Equal(["it is down"], watch.Reasons);
            watch.Pass(InterfaceReturn.Patience);
            watch.Look();
            watch.Look();
            Assert.Equal(["it is down", "it is a port of a bridge already"], watch.Reasons);

            ns.Ip("link set nic0 nomaster");
            ns.Ip("link set nic0 down");
            watch.Look();
            watch.Pass(InterfaceReturn.Patience);
            watch.Look();
            Assert.Equal(["it is down", "it is a port of a bridge already"], watch.Reasons);
            Assert.Empty(watch.Taken);
        });
    }

    [Fact]
    public void Look_InterfaceThatComesAndGoes_HasItsTimeEachTime()
    {
        InNamespace((ns, watch) =>
        {
            for (int i = 0; i < 3; i++)
            {
                Add(ns);
                watch.Look();
                watch.Pass(InterfaceReturn.Patience - TimeSpan.FromSeconds(1));
                watch.Look();
                ns.Ip("link del nic0");
                watch.Look();
            }

            Assert.Empty(watch.Recorder.Refusals);
        });
    }

    [Fact]
    public void Look_InterfaceCannotBeTakenUp_IsTriedAgainAndToldOnce()
    {
        InNamespace((ns, watch) =>
        {
            Add(ns);
            ns.Ip("link set nic0 up");
            watch.Refusal = SoftlanException.Create("Cannot open it", "a test said so");
            watch.Look();
            watch.Pass(InterfaceReturn.Patience);
            watch.Look();
            watch.Look();
            Assert.Equal(["a test said so"], watch.Reasons);
            watch.Refusal = null;
            watch.Look();
            Assert.Equal(4, watch.Taken.Count);
        });
    }

    private static void Add(NetworkNamespace ns)
    {
        ns.Ip("link add nic0 type veth peer name nic1");
        ns.Ip("link set nic1 up");
    }

    private static void InNamespace(Action<NetworkNamespace, Watch> test)
    {
        using NetworkNamespace ns = NetworkNamespace.Create();
        ns.Run(() =>
        {
            using NetlinkSocket netlink = NetlinkSocket.Open();
            test(ns, new Watch(netlink));
        });
    }

    private sealed class Watch(NetlinkSocket netlink)
    {
        private readonly InterfaceReturn _return = new(netlink, "nic0");
        private TimeSpan _now;

        public PortRecorder Recorder { get; } = new();

        public List<LinkEntry> Taken { get; } = [];

        /// <summary>What taking it up throws.</summary>
        public SoftlanException? Refusal { get; set; }

        public IEnumerable<string> Reasons => Recorder.Refusals.Select(refusal => refusal.Why);

        public void Pass(TimeSpan time) => _now += time;

        public void Look() => _return.Look(
            _now,
            link =>
            {
                Taken.Add(link);
                if (Refusal is { } refusal)
                {
                    throw refusal;
                }
            },
            Recorder);
    }
}
