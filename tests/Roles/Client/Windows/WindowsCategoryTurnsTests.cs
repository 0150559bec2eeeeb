using Softlan.Platform.Windows;
using Softlan.Roles.Client.Windows;
using Softlan.Wire;
using Xunit;

namespace Softlan.Tests.Roles.Client.Windows;

public sealed class WindowsCategoryTurnsTests
{
    /// <summary>For other threads.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private readonly FakeWindowsMachine _machine = new();

    [Fact]
    public void Restore_DuringASlowChange_WaitsForItsEnd()
    {
        using ManualResetEventSlim begun = new();
        using ManualResetEventSlim goOn = new();
        _machine.SettingCategory = category =>
        {
            if (category == NetworkCategory.Private)
            {
                begun.Set();
                goOn.Wait();
            }
        };
        WindowsCategoryTurns turns = new(_machine);
        turns.Allow(FakeWindowsMachine.NetworkId);
        Thread change = new(() => turns.SetPrivate(FakeWindowsMachine.NetworkId));
        Thread putBack = new(() => turns.Restore(FakeWindowsMachine.NetworkId, NetworkCategory.Public));
        change.Start();
        Assert.True(begun.Wait(Limit, TestContext.Current.CancellationToken));
        putBack.Start();
        bool waits = SpinWait.SpinUntil(() => putBack.ThreadState.HasFlag(ThreadState.WaitSleepJoin), Limit);
        goOn.Set();
        Assert.True(change.Join(Limit) && putBack.Join(Limit));
        Assert.True(waits);
        Assert.Equal(["category Private", "category Public"], _machine.Story);
    }

    [Fact]
    public void SetPrivate_WasPutBack_IsNotMadePrivateAgain()
    {
        WindowsCategoryTurns turns = new(_machine);
        turns.Allow(FakeWindowsMachine.NetworkId);
        turns.Restore(FakeWindowsMachine.NetworkId, NetworkCategory.Public);
        Assert.False(turns.SetPrivate(FakeWindowsMachine.NetworkId));
        Assert.Empty(_machine.Story);
    }

    [Fact]
    public void Category_IsThatAlready_NothingIsChangedThatWindowsCouldRefuse()
    {
        _machine.SettingCategory = _ => throw Refusal();
        WindowsCategoryTurns turns = new(_machine);
        turns.Restore(FakeWindowsMachine.NetworkId, NetworkCategory.Public);
        _machine.Network = _machine.Network! with { Category = NetworkCategory.Private };
        turns.Allow(FakeWindowsMachine.NetworkId);
        Assert.True(turns.SetPrivate(FakeWindowsMachine.NetworkId));
    }

    /// <summary>Otherwise it would stand in the journal, and be refused, at every start.</summary>
    [Fact]
    public void Restore_NetworkIsNotConnectedAndWindowsRefuses_IsDone()
    {
        _machine.Network = _machine.Network! with { Category = NetworkCategory.Private };
        _machine.SettingCategory = _ => throw Refusal();
        WindowsCategoryTurns turns = new(_machine);
        Assert.Throws<SoftlanException>(() => turns.Restore(FakeWindowsMachine.NetworkId, NetworkCategory.Public));
        _machine.HasLeftNetwork = true;
        turns.Restore(FakeWindowsMachine.NetworkId, NetworkCategory.Public);
    }

    [Fact]
    public void Restore_NetworkIsNotConnectedAndWindowsDoesIt_IsPutBack()
    {
        _machine.Network = _machine.Network! with { Category = NetworkCategory.Private };
        _machine.HasLeftNetwork = true;
        new WindowsCategoryTurns(_machine).Restore(FakeWindowsMachine.NetworkId, NetworkCategory.Public);
        Assert.Equal(["category Public"], _machine.Story);
    }

    private static SoftlanException Refusal() => SoftlanException.Create("Cannot look after the network category", "a test said so");
}
