using Softlan.Platform.Windows;
using Softlan.Roles.Client;
using Xunit;
using static Softlan.Platform.Windows.NativeIphlpapi;
using static Softlan.Tests.Platform.Windows.FakeIpHelper;

namespace Softlan.Tests.Roles.Client;

/// <summary>What a party's network may do to a player's Windows PC, and what happens to the adapter meanwhile.</summary>
public sealed class WindowsPartyTests : WindowsHostBench
{
    [Fact]
    public void Undo_AdapterIsDisabled_StaysInTheJournalForTheNextStart()
    {
        Join();
        MIB_IPINTERFACE_ROW row = Machine.FakeIp.Interfaces[(AF_INET, Tap)];
        Machine.FakeIp.Interfaces.Remove((AF_INET, Tap));
        Machine.FakeIp.Interfaces.Remove((AF_INET6, Tap));
        Host!.Changes.UndoAll();
        Assert.Equal(2, Log.Count("the adapter is disabled, or starts just now"));
        Assert.Single(Journals);
        Host.Dispose();
        Machine.FakeIp.Interfaces.Add((AF_INET, Tap), row);
        Machine.ThisProcess = Machine.ThisProcess with { Pid = 4712 };
        Create();
        Host.CleanLeftovers();
        Assert.Equal(1, Machine.FakeIp.Interfaces[(AF_INET, Tap)].UseAutomaticMetric);
        Assert.Empty(Journals); // Its IPv6 side alone is switched off, and has nothing to put back.
    }

    [Fact]
    public void Undo_AdapterWasRemoved_IsNoFailure()
    {
        Join();
        Machine.FakeIp.Interfaces.Remove((AF_INET, Tap));
        Machine.FakeIp.Interfaces.Remove((AF_INET6, Tap));
        Machine.FakeRegistry.Adapters.Clear();
        Host!.Changes.UndoAll();
        Assert.Equal(0, Log.Count("Cannot undo"));
        Assert.Empty(Journals);
    }

    [Fact]
    public void Category_ComFails_IsAWarning()
    {
        Machine.CategoryFails = new InvalidCastException("no such interface");
        Join();
        WaitFor(() => Log.Count("no such interface") == 1);
    }

    [Fact]
    public void Category_SlowChangeEndsBeforeItIsPutBack()
    {
        using ManualResetEventSlim begun = new();
        using ManualResetEventSlim goOn = new();
        Machine.SettingCategory = category =>
        {
            if (category == NetworkCategory.Private)
            {
                begun.Set();
                goOn.Wait();
            }
        };
        Join();
        WaitFor(() => begun.IsSet);
        new Thread(() =>
        {
            Thread.Sleep(100);
            goOn.Set();
        }).Start();
        Host!.Changes.UndoAll();
        Assert.Equal(["category Private", "category Public"], Machine.Story.TakeLast(2));
    }

    [Fact]
    public void CategoryTurns_PutBack_IsNotMadePrivateAgain()
    {
        WindowsCategoryTurns turns = new(Machine);
        turns.Allow(FakeWindowsMachine.NetworkId);
        turns.Restore(FakeWindowsMachine.NetworkId, NetworkCategory.Public);
        Assert.False(turns.TrySetPrivate(FakeWindowsMachine.NetworkId));
        Assert.Equal(["category Public"], Machine.Story);
    }

    private void Join()
    {
        Open();
        Host!.OnJoined(1400);
        Assert.True(Device.IsMediaConnected);
    }
}
