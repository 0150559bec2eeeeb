using Softlan.Platform.Windows;
using Softlan.Wire;
using Xunit;
using static Softlan.Platform.Windows.NativeIphlpapi;
using static Softlan.Tests.Platform.Windows.FakeIpHelper;

namespace Softlan.Tests.Roles.Client.Windows;

/// <summary>How the adapter is found and opened, and which MAC it gets.</summary>
public sealed class WindowsTapOpenerTests : WindowsHostBench
{
    [Fact]
    public void CheckReady_NotElevated_SaysSoBeforeAnythingElse()
    {
        Machine.IsElevated = false;
        string message = Assert.Throws<SoftlanException>(() => Create().CheckReady()).Message;
        Assert.Contains(
            "(error 5). Hint: start softlan from a terminal that was opened with \"Run as administrator\".",
            message,
            StringComparison.Ordinal);
        Assert.Empty(Machine.Story);
    }

    [Fact]
    public void ChooseMac_AnotherMac_WritesItRestartsAndTakesWhatTheDriverSays()
    {
        Ready();
        Assert.Equal(Own, Host!.ChooseMac(() => Own));
        Assert.Equal(["open", "restart", "open"], Machine.Story);
        Assert.Equal("02005E100021", Machine.FakeRegistry.Addresses[FakeWindowsMachine.ClassKey]);
        Assert.False(Device.IsMediaConnected);
        Assert.Equal([false], Device.Media);
        Assert.Contains("networkAddress", File.ReadAllText(Assert.Single(Journals)), StringComparison.Ordinal);
    }

    [Fact]
    public void ChooseMac_DriverHasIt_WritesItForTheNextStart_AndDoesNotRestart()
    {
        Ready();
        Machine.Mac = Own;
        Assert.Equal(Own, Host!.ChooseMac(() => Own));
        Assert.Equal(["open"], Machine.Story);
        Assert.Equal("02005E100021", Machine.FakeRegistry.Addresses[FakeWindowsMachine.ClassKey]);
    }

    [Fact]
    public void ChooseMac_RegistryHasItInLowerCase_IsNoChange()
    {
        Ready();
        Machine.Mac = Own;
        Machine.FakeRegistry.Addresses[FakeWindowsMachine.ClassKey] = "02005e100021";
        Host!.ChooseMac(() => Own);
        Assert.Empty(Journals);
    }

    [Fact]
    public void ChooseMac_DriverKeepsAMacThatPlayersMayHave_IsUsedAndTold()
    {
        Ready();
        MacAddress kept = MacAddress.FromUInt64(0x0a_00_00_00_00_01);
        Machine.Mac = kept;
        Machine.KeepsMac = true;
        Assert.Equal(kept, Host!.ChooseMac(() => Own));
        Assert.Equal(1, Log.Count("keeps the MAC 0a:00:00:00:00:01, and softlan uses it"));
    }

    [Fact]
    public void ChooseMac_DriverKeepsItsFactoryMac_FailsAndLeavesNothing()
    {
        Ready();
        Machine.KeepsMac = true;
        string message = Assert.Throws<SoftlanException>(() => Host!.ChooseMac(() => Own)).Message;
        Assert.Contains("its driver keeps 00:ff:11:22:33:44 although the registry asks for 02:00:5e:10:00:21", message, StringComparison.Ordinal);
        Assert.True(Device.IsDisposed);
        Host!.Changes.UndoAll();
        Assert.Empty(Machine.FakeRegistry.Addresses);
        Assert.Empty(Journals);
    }

    [Fact]
    public void ChooseMac_RestartIsRefused_SaysWhy()
    {
        Ready();
        Machine.RestartFails = SoftlanException.Create("Cannot restart the TAP adapter 'Party'", "SetupDiCallClassInstaller: no (error 5)", "knock");
        Assert.Equal(
            "Cannot give the TAP adapter 'Party' the MAC 02:00:5e:10:00:21: it cannot be restarted: SetupDiCallClassInstaller: no (error 5). "
                + "Hint: knock; or set 'MAC Address' to 02005E100021 in the adapter's properties in Device Manager (Advanced), "
                + "then start softlan again.",
            Assert.Throws<SoftlanException>(() => Host!.ChooseMac(() => Own)).Message);
    }

    /// <summary>A restart is a stop and a start, and the second half can fail.</summary>
    [Fact]
    public void ChooseMac_RestartFailsHalfway_SaysBothReasonsAndHowToGoOn()
    {
        Ready();
        Machine.RestartFails = SoftlanException.Create("Cannot restart the TAP adapter 'Party'", "SetupDiCallClassInstaller: no (error 13)", "knock");
        Machine.Restarting = () => Machine.OpenFails = (int.MaxValue, Win32Error.ERROR_FILE_NOT_FOUND);
        string message = Assert.Throws<SoftlanException>(() => Host!.ChooseMac(() => Own)).Message;
        Assert.StartsWith(
            "Cannot restart the TAP adapter 'Party': SetupDiCallClassInstaller: no (error 13); and since then it cannot be opened: "
                + "its driver does not run ",
            message,
            StringComparison.Ordinal);
        Assert.EndsWith(
            "(error 2)). Hint: enable the adapter in Network Connections (ncpa.cpl), or install the driver again.",
            message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void ChooseMac_AdapterDoesNotComeBack_NamesTheRestart()
    {
        Ready();
        Machine.Restarting = () => Machine.OpenFails = (int.MaxValue, Win32Error.ERROR_FILE_NOT_FOUND);
        string message = Assert.Throws<SoftlanException>(() => Host!.ChooseMac(() => Own)).Message;
        Assert.StartsWith("Cannot open the TAP adapter 'Party' after its restart: its driver does not run ", message, StringComparison.Ordinal);
        Assert.Contains("Hint: enable the adapter in Network Connections (ncpa.cpl)", message, StringComparison.Ordinal);
    }

    [Fact]
    public void ChooseMac_InUse_ChangesNothing()
    {
        Ready();
        Machine.OpenFails = (1, Win32Error.ERROR_GEN_FAILURE);
        Assert.Contains(
            "another program uses it",
            Assert.Throws<SoftlanException>(() => Host!.ChooseMac(() => Own)).Message,
            StringComparison.Ordinal);
        Assert.Empty(Machine.FakeRegistry.Addresses);
    }

    [Fact]
    public void ChooseMac_NoIPv4OnTheAdapter_WaitsAndThenSaysWhatToTick()
    {
        Ready();
        Machine.FakeIp.Interfaces.Remove((AF_INET, Tap));
        Assert.Contains(
            "Internet Protocol Version 4",
            Assert.Throws<SoftlanException>(() => Host!.ChooseMac(() => Own)).Message,
            StringComparison.Ordinal);
        Assert.True(Machine.Slept >= TimeSpan.FromSeconds(10));
    }
}
