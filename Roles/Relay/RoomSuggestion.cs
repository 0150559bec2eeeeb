using System.Text;
using Softlan.Platform;
using Softlan.Roles.Shared;
using Softlan.Wire;

namespace Softlan.Roles.Relay;

/// <summary>Makes room codes that nobody guesses: whoever knows a room's code is let in, and is on the party's LAN.</summary>
internal static class RoomSuggestion
{
    public const string FileName = "relay.room";

    /// <summary>Crockford's base 32: without i, l, o and u, so that it can be read out and written down.</summary>
    private const string Symbols = "0123456789abcdefghjkmnpqrstvwxyz";

    private const int BitsOfSymbol = 5;
    private const int SymbolsOfGroup = 4;
    private const int Groups = 3;

    /// <summary>The one that this relay suggested before, so that the players' line stays good when it starts anew; or a new one.</summary>
    /// <exception cref="SoftlanException">The directory cannot be used.</exception>
    public static RoomCode LoadOrMake(string stateDirectory)
    {
        string path = Path.Combine(stateDirectory, FileName);
        if (StateFiles.Read(path) is { } kept && RoomCode.TryParse(Encoding.ASCII.GetString(kept).Trim(), out RoomCode room))
        {
            return room;
        }

        room = Make();
        StateFiles.Write(path, Encoding.ASCII.GetBytes($"{room}\n"));
        return room;
    }

    /// <summary>A new one of 60 random bits, such as <c>7kq2-m9tx-w4hb</c>.</summary>
    public static RoomCode Make()
    {
        ulong random = SecureRandom.NextUInt64();
        Span<char> code = stackalloc char[(Groups * (SymbolsOfGroup + 1)) - 1];
        for (int i = 0; i < code.Length; i++)
        {
            bool isBetween = i % (SymbolsOfGroup + 1) == SymbolsOfGroup;
            code[i] = isBetween ? '-' : Symbols[(int)(random % (ulong)Symbols.Length)];
            random >>= isBetween ? 0 : BitsOfSymbol;
        }

        return RoomCode.TryParse(code.ToString(), out RoomCode room) ? room : throw new InvalidOperationException("A suggested room code is none.");
    }
}
