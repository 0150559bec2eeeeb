using System.Net;
using Softlan.Platform;
using Softlan.Platform.Windows;
using Softlan.Tests.Platform.Windows;
using Softlan.Wire;
using static Softlan.Platform.Windows.NativeIphlpapi;

namespace Softlan.Tests.Roles.Client.Windows;

/// <summary>A Windows PC in memory with one TAP adapter, which notes in order what happens to it.</summary>
internal sealed class FakeWindowsMachine : IWindowsMachine, IAdapterRestart, INetworkCategories, INetworkWatch
{
    public const string ClassKey = "0042";

    public static readonly MacAddress WifiMac = MacAddress.FromUInt64(0x00_00_5e_00_53_77);

    public static readonly Guid NetworkId = Guid.Parse("99999999-2222-3333-4444-555555555555");

    private readonly Queue<Action> _offLane = [];
    private Action? _changed;

    public FakeWindowsMachine()
    {
        FakeRegistry.Add(ClassKey, "tap0901", FakeIpHelper.TapId.ToString("B"), "Party", @"ROOT\NET\0000");
        FakeIp.AddRoute("0.0.0.0/0", "192.168.1.1", FakeIpHelper.Wifi);
        FakeIp.AddRoute("192.168.1.0/24", null, FakeIpHelper.Wifi, 256);
    }

    public FakeTapRegistry FakeRegistry { get; } = new();

    public FakeIpHelper FakeIp { get; } = new();

    /// <summary>The adapter while it is open.</summary>
    public FakeTapDevice? Device { get; private set; }

    public List<string> Story { get; } = [];

    public MacAddress Mac { get; set; } = MacAddress.FromUInt64(0x00_ff_11_22_33_44);

    /// <summary>The driver's property; it reads it when the adapter starts.</summary>
    public int? DriverMtu { get; set; } = 1500;

    /// <summary>Opening fails so many times with this code.</summary>
    public (int Times, int Code) OpenFails { get; set; }

    public SoftlanException? RestartFails { get; set; }

    /// <summary>Called when the adapter is restarted, whether that fails or not.</summary>
    public Action? Restarting { get; set; }

    /// <summary>The driver keeps its MAC whatever the registry says.</summary>
    public bool KeepsMac { get; set; }

    /// <summary>The adapter is disabled in Network Connections.</summary>
    public bool IsDisabled { get; private set; }

    public bool IsElevated { get; set; } = true;

    public ProcessStamp ThisProcess { get; set; } = new(4711, 1, "this boot", "");

    public KnownNetwork? Network { get; set; } = new(NetworkId, "Unidentified network", NetworkCategory.Public, []);

    /// <summary>How often somebody asked for the network and was told.</summary>
    public int CategoryLooks { get; private set; }

    public Exception? CategoryFails { get; set; }

    /// <summary>Called before a category is set, where it may take its time.</summary>
    public Action<NetworkCategory>? SettingCategory { get; set; }

    public bool IsWatched => _changed is not null;

    public TimeSpan Slept { get; private set; }

    ITapRegistry IWindowsMachine.Registry => FakeRegistry;

    IIpHelper IWindowsMachine.Ip => FakeIp;

    IAdapterRestart IWindowsMachine.Restart => this;

    INetworkCategories IWindowsMachine.Categories => this;

    INetworkWatch IWindowsMachine.Network => this;

    public bool IsAlive(ProcessStamp process) => process == ThisProcess;

    /// <summary>Those of the Wi-Fi.</summary>
    public List<IPAddress> NameServers { get; } = [];

    /// <summary>How often somebody listed the cards.</summary>
    public int CardLists { get; private set; }

    /// <summary>Windows does not say which cards there are.</summary>
    public bool HidesCards { get; set; }

    public IReadOnlyList<NetworkCard>? ListCards(Guid exceptAdapter)
    {
        Assert(exceptAdapter == FakeIpHelper.TapId, "another adapter is left out");
        CardLists++;
        return HidesCards ? null : [new NetworkCard("Wi-Fi", WifiMac, [.. NameServers]), new NetworkCard("Tunnel", null, [])];
    }

    public ITapDevice Open(TapAdapter adapter)
    {
        if (OpenFails.Times > 0)
        {
            OpenFails = (OpenFails.Times - 1, OpenFails.Code);
            throw TapFailures.CannotOpen(adapter, OpenFails.Code);
        }

        if (IsDisabled)
        {
            throw TapFailures.CannotOpen(adapter, Win32Error.ERROR_FILE_NOT_FOUND);
        }

        if (Device is { IsDisposed: false, IsHalted: false })
        {
            throw TapFailures.CannotOpen(adapter, Win32Error.ERROR_GEN_FAILURE); // One handle at a time.
        }

        Story.Add("open");
        return Device = new FakeTapDevice { Mac = Mac, Mtu = DriverMtu };
    }

    public void Sleep(TimeSpan time) => Slept += time;

    /// <summary>Keeps it until <see cref="DoOffLane"/>.</summary>
    public void RunOffLane(Action work) => _offLane.Enqueue(work);

    /// <summary>Does the oldest work that <see cref="RunOffLane"/> was given. False: there is none.</summary>
    public bool DoOffLane()
    {
        bool hasWork = _offLane.TryDequeue(out Action? work);
        work?.Invoke();
        return hasWork;
    }

    void IAdapterRestart.Restart(TapAdapter adapter)
    {
        Assert(Device is null or { IsDisposed: true }, "an open adapter cannot be restarted");
        Story.Add("restart");
        Restarting?.Invoke();
        if (RestartFails is { } failure)
        {
            throw failure;
        }

        if (!KeepsMac && FakeRegistry.Addresses.TryGetValue(ClassKey, out string? wanted) && MacAddress.TryParse(wanted, out MacAddress mac))
        {
            Mac = mac;
        }
    }

    KnownNetwork? INetworkCategories.Find(Guid adapter)
    {
        Assert(adapter == FakeIpHelper.TapId, "another adapter was asked for");
        KnownNetwork? found = CategoryFails is { } failure ? throw failure : Network;
        CategoryLooks++;
        return found;
    }

    /// <summary>The adapter has left its network, which Windows still knows.</summary>
    public bool HasLeftNetwork { get; set; }

    NetworkState? INetworkCategories.Read(Guid network) =>
        Network is { } known && known.Id == network ? new NetworkState(known.Category, !HasLeftNetwork) : null;

    void INetworkCategories.Set(Guid network, NetworkCategory category)
    {
        SettingCategory?.Invoke(category);
        if (Network is { } known && known.Id == network)
        {
            Network = known with { Category = category };
            Story.Add($"category {category}");
        }
    }

    IDisposable INetworkWatch.Watch(IEnterableLane lane, Action changed)
    {
        _changed = changed;
        return new Watching(this);
    }

    /// <summary>Disable-NetAdapter: the driver halts the adapter, and its interface goes.</summary>
    public void DisableAdapter()
    {
        IsDisabled = true;
        FakeIp.Interfaces.Remove((AF_INET, FakeIpHelper.Tap));
        FakeIp.Interfaces.Remove((AF_INET6, FakeIpHelper.Tap));
        Device?.Halt();
    }

    /// <summary>Enable-NetAdapter: a new device behind the same path, and an interface with Windows' own settings.</summary>
    public void EnableAdapter()
    {
        IsDisabled = false;
        FakeIp.AddTap();
    }

    /// <summary>Windows says that something changed.</summary>
    public void Change() => _changed?.Invoke();

    private static void Assert(bool holds, string what)
    {
        if (!holds)
        {
            throw new InvalidOperationException(what);
        }
    }

    private sealed class Watching(FakeWindowsMachine machine) : IDisposable
    {
        public void Dispose() => machine._changed = null;
    }
}
