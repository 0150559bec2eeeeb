using Softlan.Roles.Client.Windows;
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
}
