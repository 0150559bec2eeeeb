using Softlan.Platform.Windows;
using Softlan.Roles.Client.Windows;
using Softlan.Tests.Platform.Windows;
using Softlan.Wire;
using Xunit;

namespace Softlan.Tests.Roles.Client.Windows;

/// <summary>What is said while Windows refuses a change of the category.</summary>
public sealed class WindowsCategoryTests : WindowsHostBench
{
    private const string Warning = "may stay public for Windows' firewall";

    [Fact]
    public void Refused_WhileWindowsIdentifiesTheNetwork_IsNotSaid()
    {
        int refusals = 5;
        Machine.SettingCategory = _ =>
        {
            if (refusals-- > 0)
            {
                throw SoftlanException.Create("Cannot make the network private", "it is being identified");
            }
        };
        Open();
        Host!.OnJoined(1400);
        Pass(TimeSpan.FromMinutes(2));
        Assert.Equal(1, Log.Count("is now private"));
        Assert.Equal(0, Log.Count(Warning));
    }

    [Fact]
    public void Refused_ForGood_IsSaidOnceAfterTheQuickLooks()
    {
        Machine.SettingCategory = _ => throw SoftlanException.Create("Cannot make the network private", "a policy forbids it");
        Open();
        Host!.OnJoined(1400);
        WaitFor(() => Log.Count(Warning) == 1);
        Assert.Equal(WindowsCategory.QuickLooks, Machine.CategoryLooks);
        Pass(TimeSpan.FromMinutes(2));
        Assert.Equal(1, Log.Count("a policy forbids it"));
        Machine.SettingCategory = null;
    }

    /// <summary>As VMware's and VirtualBox' networks without a router are.</summary>
    [Fact]
    public void AnotherAdapterIsInTheSameNetwork_ItIsMadePrivate_AndThePlayerIsToldWhoSharesIt()
    {
        Machine.Network = Machine.Network! with { OtherAdapters = [FakeIpHelper.CableId, Guid.NewGuid()] };
        Open();
        Host!.OnJoined(1400);
        Pass(WindowsCategory.QuickInterval * 3);
        Assert.Equal(NetworkCategory.Public, Machine.Network.Category); // Windows may tell them apart yet.
        Pass(TimeSpan.FromMinutes(2));
        Assert.Equal(NetworkCategory.Private, Machine.Network.Category);
        Assert.Equal(1, Log.Count("Windows has Ethernet in the same network 'Unidentified network' as the party"));
        Assert.Equal(0, Log.Count(Warning));
    }

    [Fact]
    public void AnotherAdapterLeavesTheNetwork_ItIsMadePrivateWithoutAWord()
    {
        Machine.Network = Machine.Network! with { OtherAdapters = [FakeIpHelper.CableId] };
        Open();
        Host!.OnJoined(1400);
        Pass(WindowsCategory.QuickInterval * 3);
        Machine.Network = Machine.Network with { OtherAdapters = [] };
        WaitFor(() => Log.Count("is now private") == 1);
        Pass(TimeSpan.FromMinutes(2));
        Assert.Equal(0, Log.Count("in the same network"));
    }

    /// <summary>Killed, and started where another network is.</summary>
    [Fact]
    public void Killed_TheNetworkIsNotConnectedAnyMore_TheJournalGoes()
    {
        Open();
        Host!.OnJoined(1400);
        WaitFor(() => Machine.Story.Contains("category Private"));
        Host.Dispose();
        Machine.ThisProcess = Machine.ThisProcess with { Pid = 4712 };
        Machine.SettingCategory = _ => throw SoftlanException.Create("Cannot look after the network category", "it is not connected");
        Machine.HasLeftNetwork = true;
        Create().CleanLeftovers();
        Assert.Equal(0, Log.Count("Cannot undo"));
        Assert.Empty(Journals);
    }
}
