using System.Net;
using System.Runtime.Versioning;
using Softlan.Platform;
using Softlan.Platform.Linux;
using Softlan.Roles.Client;
using Softlan.Wire;
using Xunit;

namespace Softlan.Tests.Roles.Client;

[SupportedOSPlatform("linux")]
public sealed class ChangeJournalTests : IDisposable
{
    private static readonly HostChange[] All =
    [
        new HostChange.RouteAdded(IPAddress.Parse("2001:db8::7"), 128, IPAddress.Parse("fe80::1"), "eth0", 2),
        new HostChange.RouteAdded(IPAddress.Broadcast, 32, null, "tap0", 5),
        new HostChange.RouteRemoved("tap0", IPAddress.Any, 0, IPAddress.Parse("10.9.9.1"), true, IPAddress.Parse("10.9.9.9"), 50, 3),
        new HostChange.BroadcastsLed("tap0", 5, IPAddress.Parse("192.168.1.255"), IPAddress.Parse("192.168.1.80")),
        new HostChange.HomeRouteCopied("eth0", 2, IPAddress.Parse("192.168.1.0"), 24, IPAddress.Parse("192.168.1.77"), 600),
        new HostChange.HomeRuleAdded(IPAddress.Parse("192.168.1.77")),
        new HostChange.AddressAdded("tap0", IPAddress.Parse("10.73.42.17"), 24),
        new HostChange.MacReplaced("tap0", MacAddress.FromUInt64(0x02005e100001)),
        new HostChange.MtuReplaced("tap0", 1500),
        new HostChange.BroughtUp("tap0"),
        new HostChange.SettingReplaced("tap0", "accept_ra", 1),
        new HostChange.IPv6Learned("tap0", ["fe80::1/64", "fe80::/64"]),
        new HostChange.OffloadsTaken("tap0"),
        new HostChange.DirectoryMade("/var/lib/softlan/run/tap0-1"),
        new HostChange.LeaseKept("/var/lib/dhcpcd/tap0.lease"),
        new HostChange.NetworkAddressWritten("Party", "0042", "02005E100001", null),
        new HostChange.IpInterfaceReplaced(
            "Party", Guid.Parse("11111111-2222-3333-4444-555555555555"), false, true, 25, false, 1500, ["10.73.42.1"]),
        new HostChange.AdapterRouteRemoved(
            "Party", Guid.Parse("11111111-2222-3333-4444-555555555555"), IPAddress.Parse("10.8.0.0"), 16, IPAddress.Parse("10.73.42.1"), 1),
        new HostChange.DnsLimited("Party", Guid.Parse("11111111-2222-3333-4444-555555555555"), true),
        new HostChange.CategoryReplaced(Guid.Parse("11111111-2222-3333-4444-666666666666"), "Unidentified network", 0),
    ];

    private readonly TemporaryDirectory _directory = new();
    private readonly FakeRoutes _host = new();
    private readonly RecordingLogger _log = new();
    private readonly ProcessStamp _self = LinuxProcesses.OfThisProcess();

    private ProcessStamp Killed => _self with { StartTime = _self.StartTime - 1 };

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void All_HasEveryKindOfChange() =>
        Assert.Equal(
            typeof(HostChange).GetNestedTypes(System.Reflection.BindingFlags.NonPublic).Length,
            All.Select(change => change.GetType()).Distinct().Count());

    /// <summary>It would be lost on the next start, which can be told before anything is changed.</summary>
    [Fact]
    public void TellUnlessBelieved_OthersMayWriteThere_SaysWhatThatMeans()
    {
        Journal(_directory.Path, _self).TellUnlessBelieved(_log);
        Journal(_directory.File("missing"), _self).TellUnlessBelieved(_log);
        Assert.Empty(_log.Lines);

        File.SetUnixFileMode(_directory.Path, File.GetUnixFileMode(_directory.Path) | UnixFileMode.OtherWrite);
        Journal(_directory.Path, _self).TellUnlessBelieved(_log);
        string line = Assert.Single(_log.Lines);
        string distrust = $"Cannot trust '{_directory.Path}': other users can write to it. Hint: ";
        Assert.StartsWith($"Warning: {distrust}", line, StringComparison.Ordinal);
        Assert.EndsWith(" If this client is killed, the next one cannot clean up after it", line, StringComparison.Ordinal);

        Journal(_directory.Path, Killed).Save(All);
        Journal(_directory.Path, _self).CleanLeftovers(_host, _log);
        Assert.Empty(_host.Undone);
        Assert.Equal(1, _log.Count($"{distrust}remove what the killed client may have left"));
    }

    [Fact]
    public void CleanLeftovers_WriterWasKilled_UndoesEverythingBackwards()
    {
        Journal(_directory.Path, Killed).Save(All);
        Journal(_directory.Path, _self).CleanLeftovers(_host, _log);
        Assert.Equal(All.Reverse().Select(change => change.ToString()), _host.Undone);
        Assert.Empty(Directory.GetFiles(_directory.Path));
        Assert.Equal(1, _log.Count($"{All.Length} changes"));
    }

    [Fact]
    public void CleanLeftovers_WriterIsAlive_LeavesItsChanges()
    {
        Journal(_directory.Path, _self).Save(All);
        Journal(_directory.Path, _self with { Pid = 999_999 }).CleanLeftovers(_host, _log);
        Assert.Empty(_host.Undone);
        Assert.Single(Directory.GetFiles(_directory.Path));
    }

    [Fact]
    public void CleanLeftovers_OtherNetworkNamespace_LeavesThemForAClientThere()
    {
        Journal(_directory.Path, Killed with { NetworkNamespace = "net:[1]" }).Save(All);
        Journal(_directory.Path, _self).CleanLeftovers(_host, _log);
        Assert.Empty(_host.Undone);
        Assert.Single(Directory.GetFiles(_directory.Path));
    }

    [Fact]
    public void CleanLeftovers_OfAnEarlierBoot_OnlyFilesAndWindowsSettingsAreLeft()
    {
        Journal(_directory.Path, Killed with { Boot = "earlier", NetworkNamespace = "net:[1]" }).Save(All);
        Journal(_directory.Path, _self).CleanLeftovers(_host, _log);
        Assert.Equal(All.Where(change => change.OutlivesBoot).Reverse().Select(change => change.ToString()), _host.Undone);
        Assert.Equal(6, _host.Undone.Count);
        Assert.Empty(Directory.GetFiles(_directory.Path));
    }

    /// <summary>Of a softlan that did not note default routes.</summary>
    [Fact]
    public void CleanLeftovers_WindowsInterfaceWithoutItsDefaultRoutes_IsUndone()
    {
        HostChange.IpInterfaceReplaced change = All.OfType<HostChange.IpInterfaceReplaced>().Single();
        Journal(_directory.Path, Killed).Save([change]);
        string path = Assert.Single(Directory.GetFiles(_directory.Path));
        string content = System.Text.RegularExpressions.Regex.Replace(File.ReadAllText(path), """,\s*"defaultRoutes": \[[^]]*\]""", "");
        Assert.DoesNotContain("\"defaultRoutes\"", content, StringComparison.Ordinal);
        File.WriteAllText(path, content);
        Journal(_directory.Path, _self).CleanLeftovers(_host, _log);
        Assert.Equal([change.ToString()], _host.Undone);
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("""{"pid":1,"startTime":1,"boot":"b","networkNamespace":"n","changes":[{"change":"rocket"}]}""")]
    [InlineData("""{"pid":1,"startTime":1,"boot":"b","networkNamespace":"n","changes":[{"change":"route","destination":"x"}]}""")]
    public void CleanLeftovers_Garbage_IsSaidAndKept(string content)
    {
        string path = _directory.File("client-1.journal.json");
        File.WriteAllText(path, content);
        Journal(_directory.Path, _self).CleanLeftovers(_host, _log);
        Assert.Empty(_host.Undone);
        Assert.Equal(content, File.ReadAllText(path));
        Assert.Equal(content == "null" ? 0 : 1, _log.Count("Cannot read the journal"));
    }

    [Fact]
    public void CleanLeftovers_OneCannotBeUndone_IsTriedAgainByTheNextStart()
    {
        Journal(_directory.Path, Killed).Save(All);
        _host.RefusesToUndo = new HostChange.MtuReplaced("tap0", 1500);
        Journal(_directory.Path, _self).CleanLeftovers(_host, _log);
        Assert.Equal(All.Length - 1, _host.Undone.Count);
        Assert.Equal(1, _log.Count("Cannot undo: MTU of tap0, before 1500: stuck"));
        _host.RefusesToUndo = null;
        _host.Undone.Clear();
        Journal(_directory.Path, _self).CleanLeftovers(_host, _log);
        Assert.Equal(["MTU of tap0, before 1500"], _host.Undone);
        Assert.Empty(Directory.GetFiles(_directory.Path));
    }

    [Fact]
    public void CleanLeftovers_NoDirectory_IsFine() =>
        Journal(_directory.File("missing"), _self).CleanLeftovers(_host, _log);

    [Fact]
    public void Save_Nothing_RemovesTheFile()
    {
        ChangeJournal journal = Journal(_directory.Path, _self);
        journal.Save(All);
        journal.Save([]);
        Assert.Empty(Directory.GetFiles(_directory.Path));
    }

    [Theory]
    [InlineData("123 (softlan) S 1 123 123 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 5 0 4711 1 2", 4711L)]
    [InlineData("123 (a) b) S) S 1 123 123 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 5 0 4711 1 2", 4711L)]
    [InlineData("123 (softlan) S 1", null)]
    [InlineData("", null)]
    public void ParseStartTime_FindsField22(string stat, long? time) => Assert.Equal(time, LinuxProcesses.ParseStartTime(stat));

    /// <summary>Killed, and its parent has not asked yet: what it left may be put back.</summary>
    [Theory]
    [InlineData("7 (softlan) Z 1 7 7", true)]
    [InlineData("7 (soft) X lan) X 1 7 7", true)]
    [InlineData("7 (soft) Z lan) S 1 7 7", false)]
    [InlineData("7 (softlan) R 1 7 7", false)]
    [InlineData("", false)]
    public void IsDead_LooksBehindTheName(string stat, bool isDead) => Assert.Equal(isDead, LinuxProcesses.IsDead(stat));

    [Fact]
    public void ProcessStamp_KnowsWhetherItsProcessRuns()
    {
        Assert.True(LinuxProcesses.IsAlive(_self));
        Assert.False(LinuxProcesses.IsAlive(Killed));
        Assert.StartsWith("net:[", _self.NetworkNamespace, StringComparison.Ordinal);
    }

    private static ChangeJournal Journal(string directory, ProcessStamp owner) => new(directory, owner, LinuxProcesses.IsAlive);
}
