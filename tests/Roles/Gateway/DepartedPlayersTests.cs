using Softlan.Roles.Gateway;
using Softlan.Wire;
using Xunit;

namespace Softlan.Tests.Roles.Gateway;

public sealed class DepartedPlayersTests
{
    private readonly DepartedPlayers _left = new();

    [Fact]
    public void Find_WhatThePlayerWas_UntilItsTimeIsOver()
    {
        LanPlayer player = new();
        _left.Add(Numbered(1), player, At(0));
        Assert.Same(player, _left.Find(Numbered(1), At(299)));
        Assert.Null(_left.Find(Numbered(1), At(300)));
        Assert.Null(_left.Find(Numbered(2), At(0)));
    }

    [Fact]
    public void Remove_IsForgotten()
    {
        _left.Add(Numbered(1), new LanPlayer(), At(0));
        _left.Remove(Numbered(1));
        _left.Remove(Numbered(2));
        Assert.Null(_left.Find(Numbered(1), At(0)));
    }

    [Fact]
    public void Add_OneMoreThanAreKept_TheOneThatLeftFirstGivesWay()
    {
        for (int i = 0; i < DepartedPlayers.MaxCount; i++)
        {
            _left.Add(Numbered(i), new LanPlayer(), At(0));
        }

        _left.Add(Numbered(0), new LanPlayer(), At(1)); // It was there again meanwhile.
        Assert.NotNull(_left.Find(Numbered(1), At(1)));
        _left.Add(Numbered(DepartedPlayers.MaxCount), new LanPlayer(), At(2));
        Assert.Null(_left.Find(Numbered(1), At(2)));
        int remembered = Enumerable.Range(0, DepartedPlayers.MaxCount + 1).Count(i => _left.Find(Numbered(i), At(2)) is not null);
        Assert.Equal(DepartedPlayers.MaxCount, remembered);
    }

    private static MacAddress Numbered(int number) => MacAddress.FromUInt64(0x02_00_00_00_00_00 + (ulong)number);

    private static TimeSpan At(int seconds) => TimeSpan.FromSeconds(seconds);
}
