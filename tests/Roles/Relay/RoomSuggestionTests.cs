using Softlan.Roles.CommandLine;
using Softlan.Roles.Relay;
using Softlan.Tests.Roles.Client;
using Softlan.Wire;
using Xunit;

namespace Softlan.Tests.Roles.Relay;

public sealed class RoomSuggestionTests
{
    [Fact]
    public void LoadOrMake_IsKeptUntilItsFileGoes()
    {
        using TemporaryDirectory state = new();
        RoomCode first = RoomSuggestion.LoadOrMake(state.Path);
        Assert.Equal(first, RoomSuggestion.LoadOrMake(state.Path));
        File.Delete(state.File(RoomSuggestion.FileName));
        RoomCode second = RoomSuggestion.LoadOrMake(state.Path);
        Assert.NotEqual(first, second);
        Assert.Equal($"{second}\n", File.ReadAllText(state.File(RoomSuggestion.FileName)));
    }

    [Fact]
    public void Make_EachIsAnother_AndUsesAllSymbolsInAllPlaces()
    {
        HashSet<RoomCode> seen = [];
        HashSet<char>[] symbols = [.. Enumerable.Range(0, 14).Select(_ => new HashSet<char>())];
        for (int i = 0; i < 2000; i++)
        {
            RoomCode room = RoomSuggestion.Make();
            Assert.True(seen.Add(room));
            Assert.True(RoomSuggestion.IsMade(room));
            Assert.False(room.MayBeGuessed);
            Assert.True(ValueKinds.RoomCode.TryParse(room.ToString(), out _));
            foreach ((int place, char symbol) in room.ToString().Index())
            {
                symbols[place].Add(symbol);
            }
        }

        // Each place sees 2,000 of 32 symbols: that one is missing from any has a chance of 1 in 10^25.
        Assert.Equal([32, 32, 32, 32, 1, 32, 32, 32, 32, 1, 32, 32, 32, 32], symbols.Select(set => set.Count));
        Assert.DoesNotContain(symbols.SelectMany(set => set), symbol => "ilou".Contains(symbol, StringComparison.Ordinal));
    }
}
