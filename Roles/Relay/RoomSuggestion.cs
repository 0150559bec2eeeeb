using System.Text;
using Microsoft.Extensions.Logging;
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
    /// <exception cref="SoftlanException">The directory cannot be used, or the file holds something else, which stays: players may have the
    /// code.</exception>
    public static RoomCode LoadOrMake(string stateDirectory)
    {
        string path = Path.Combine(stateDirectory, FileName);
        if (StateFiles.Read(path) is { } kept)
        {
            return RoomCode.TryParse(Encoding.ASCII.GetString(kept).Trim(), out RoomCode found) && !found.LooksCutOff
                ? found
                : throw SoftlanException.Create(
                    $"Cannot use '{path}'",
                    $"it holds no room code, which is 1 to {RoomCode.MaxLength} letters, digits, '-' or '_', and neither begins nor ends with '-'",
                    "write the one into it that players have, or delete it to have a new one made; players then need the new join command");
        }

        RoomCode room = Make();
        StateFiles.Write(path, Encoding.ASCII.GetBytes($"{room}\n"));
        return room;
    }

    /// <summary>Whether the code looks like one of <see cref="Make"/>; others were written by somebody.</summary>
    public static bool IsMade(RoomCode room)
    {
        string[] groups = room.ToString().ToLowerInvariant().Split('-');
        return groups.Length == Groups && Array.TrueForAll(
            groups, group => group.Length == SymbolsOfGroup && group.All(symbol => Symbols.Contains(symbol, StringComparison.Ordinal)));
    }

    /// <summary>Says when the code that somebody wrote is shorter than those that are made.</summary>
    public static void WarnIfShort(RoomCode room, string stateDirectory, ILogger logger)
    {
        if (room.MayBeGuessed)
        {
            RelayLog.RoomMayBeGuessed(logger, room, Path.Combine(stateDirectory, FileName), RoomCode.SymbolsHardToGuess);
        }
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
