using System.Net;
using Softlan.Platform;
using Softlan.Roles.Client;
using Softlan.Tests.Fakes;
using Softlan.Wire;

namespace Softlan.Tests.Roles.Client;

/// <summary>A player's machine in memory: notes what it was asked, in order.</summary>
internal sealed class FakeClientHost(FakeRoutes routes, HostChanges changes) : IClientHost
{
    private Action? _changed;

    /// <summary>What happened, in order.</summary>
    public List<string> Events { get; } = [];

    public List<MemoryPort> Ports { get; } = [];

    /// <summary>The next call of this name fails with this.</summary>
    public (string Name, SoftlanException Failure)? Refuses { get; set; }

    public IRelayRoutes Routes { get; } = routes;

    public IPAddress? ShownAddress => null;

    public IPAddress? AddressToClaim { get; set; }

    public void CheckReady() => Note("ready");

    public void CleanLeftovers() => Note("clean");

    public MacAddress ChooseMac(Func<MacAddress> identity) => identity();

    public void Watch(Action changed) => _changed = changed;

    /// <summary>The machine's network changed.</summary>
    public void Change() => _changed?.Invoke();

    public IFramePort OpenPort(MacAddress mac)
    {
        Note("open");
        MemoryPort port = new("softlan0", mac);
        Ports.Add(port);
        changes.Keep("TAP", () =>
        {
            Note("close");
            port.Dispose();
        });
        return port;
    }

    public void OnJoined(int mtu) => Note($"joined {mtu}");

    public void OnGatewayPresent(bool isNew) => Note(isNew ? "gateway" : "gateway as before");

    public void OnGatewayGone() => Note("no gateway");

    public Dictionary<MacAddress, string> Cards { get; } = [];

    public IReadOnlyDictionary<MacAddress, string> FindCards() => Cards;

    public void Maintain() => Note("maintain");

    public void Dispose() => Note("disposed");

    private void Note(string what)
    {
        Events.Add(what);
        if (Refuses is var (name, failure) && what.StartsWith(name, StringComparison.Ordinal))
        {
            Refuses = null;
            throw failure;
        }
    }
}
