using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using Softlan.Wire;
using Softlan.Wire.Control;

namespace Softlan.Roles.CommandLine;

/// <summary>Tells somebody what is wrong with a command line: the mistake only, since --help is one flag away.</summary>
internal static class ParseErrors
{
    private const string Room = "--room", Pin = "--pin";

    /// <summary>A shorter word is hardly the code of a room.</summary>
    private const int MinRoomCode = 4;

    /// <summary>More of a line than this is cut off.</summary>
    private const int MaxLineLength = 4096;

    /// <summary>Whether there is one that keeps the command from being run. Whoever asks for help gets it whatever else is missing, but not for a
    /// command that is none.</summary>
    public static bool Stop(ParseResult parsed) =>
        parsed.Action is ParseErrorAction
        || (parsed.Action is HelpAction && parsed.UnmatchedTokens.Count > 0)
        || (parsed.Action == parsed.CommandResult.Command.Action && Rules(parsed.CommandResult).Any());

    /// <summary>Writes all that can be told at once, one line each.</summary>
    public static void Write(ParseResult parsed, TextWriter error)
    {
        StderrMessages messages = StderrMessages.Of(parsed, error);

        // What follows an unknown word is a consequence of it: an option that seems missing, a value without an option.
        IEnumerable<string> lines = Swallowed(parsed.CommandResult) is { } swallowed ? [swallowed]
            : parsed.UnmatchedTokens.Count > 0 ? [Unmatched(parsed, parsed.UnmatchedTokens[0])]
            : parsed.Errors.Select(Describe).Concat(Rules(parsed.CommandResult)).Distinct();
        foreach (string line in lines)
        {
            // What was typed is quoted, and may hold a line break or an escape sequence.
            messages.Fail(PrintableText.Clean(line, MaxLineLength));
        }
    }

    private static IEnumerable<string> Rules(CommandResult result) => result.Command is SoftlanCommand command ? command.Mistakes(result) : [];

    /// <summary>A value that is missing or one too many: System.CommandLine has words for it, but no example.</summary>
    private static string Describe(ParseError mistake)
    {
        OptionResult? given = mistake.SymbolResult as OptionResult ?? mistake.SymbolResult?.Parent as OptionResult;
        return given is { Implicit: false, Option: IAdvised advised }
            ? given.Tokens.Count switch
            {
                0 => $"{given.Option.Name} lacks its value. {advised.Advice}.",
                1 => mistake.Message,
                _ => $"{given.Option.Name} takes one value, and got '{string.Join("' and '", given.Tokens.Select(token => token.Value))}'. "
                    + $"{advised.Advice}.",
            }
            : mistake.Message;
    }

    /// <summary>An option without its value has taken the next option for it, and what follows makes no sense.</summary>
    private static string? Swallowed(CommandResult command) => command.Children
        .OfType<OptionResult>()
        .Where(given => given is { Implicit: false, Tokens: [{ Value: ['-', '-', ..] }] }
            && Names(command.Command, options: true).Contains(given.Tokens[0].Value))
        .Select(given => $"{given.Option.Name} lacks its value: {given.Tokens[0].Value} follows it."
            + (given.Option is IAdvised advised ? $" {advised.Advice}." : ""))
        .FirstOrDefault();

    private static string Unmatched(ParseResult parsed, string word)
    {
        Command command = parsed.CommandResult.Command;
        if (CopyMistakes.BeginsWithBlanks(word, out string? blank, out string rest))
        {
            return rest.Length == 0
                ? $"A word of the command line is nothing but {blank}. Delete it there."
                : $"'{rest}' has {blank} in front, as copied text may. Delete that, and type a plain space before {rest}.";
        }

        if (word.Length > 0 && word[0] is '\u2013' or '\u2014' or '\u2212')
        {
            return $"'{word}' begins with a typographic dash, as chat programs make it. "
                + $"Type two hyphens: --{word.TrimStart('-', '\u2013', '\u2014', '\u2212')}.";
        }

        bool isOption = word.StartsWith('-') && parsed.Tokens.All(token => token.Type != TokenType.DoubleDash);
        if (isOption && parsed.Tokens.TakeWhile(token => token.Type != TokenType.Command).Any(token => token.Value == word)
            && Names(command, options: true).Contains(word))
        {
            return $"'{word}' stands before the command it belongs to. Put it behind: {Path(command)} {word}.";
        }

        if (RestOfCode(parsed, word, isOption) is { } split)
        {
            return split;
        }

        if (!isOption && word.Length >= MinRoomCode && command.Options.Any(option => option.Name == Room) && RoomCode.TryParse(word, out _)
            && !parsed.Tokens.Any(token => token.Type == TokenType.Option && token.Value == Room))
        {
            return $"'{word}' is not expected here. If it is a room's code, type {Room} {word}. See {Path(command)} --help.";
        }

        string known = isOption ? $"an option of {Path(command)}" : command.Subcommands.Count > 0 ? "a command" : "expected here";
        return $"'{word}' is not {known}. {Advice(parsed, word, isOption)}";
    }

    /// <summary>What is said of a word that follows a code directly: the chat program that the join command comes from has broken the line
    /// there.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="word">The first word that has no place on it.</param>
    /// <param name="isOption">Whether it begins like an option, as the rest of a code may.</param>
    /// <returns>Null where it is no such rest.</returns>
    private static string? RestOfCode(ParseResult parsed, string word, bool isOption)
    {
        string[] words = [.. parsed.Tokens.Select(token => token.Value)];
        int at = Array.IndexOf(words, word);
        if (at < 2 || (isOption && !MayBeRest(word, parsed.CommandResult.Command)))
        {
            return null;
        }

        (string option, string begin) = (words[at - 2], words[at - 1]);
        bool isRest = option switch
        {
            Room => RoomCode.TryParse(begin + word, out _),
            Pin => !CertificatePin.TryParse(begin, out _),
            _ => false,
        };
        return isRest
            ? $"'{word}' looks like the rest of {option}, split by a space or a line break. If so, type {option} {begin}{word}."
            : null;
    }

    /// <summary>Whether a word with a hyphen in front is more likely the rest of a code than a mistyped option.</summary>
    private static bool MayBeRest(string word, Command command) =>
        word.Length >= MinRoomCode && word[1] != '-' && Spelling.Nearest(word, Names(command, options: true)).Count == 0;

    private static string Advice(ParseResult parsed, string word, bool isOption)
    {
        Command command = parsed.CommandResult.Command;
        string name = word.Split('=')[0];
        string[] elsewhere = [.. parsed.RootCommandResult.Command.Subcommands
            .Where(other => isOption && !other.Hidden && Names(other, options: true).Contains(name))
            .Select(Path)];
        if (elsewhere.Length > 0)
        {
            return $"It is one of {string.Join(" and ", elsewhere)}.";
        }

        IReadOnlyList<string> nearest = Spelling.Nearest(name, Names(command, isOption));
        string[] subcommands = isOption ? [] : [.. Names(command, options: false)];
        return nearest.Count > 0 ? $"Did you mean {string.Join(" or ", nearest)}?"
            : subcommands.Length > 0 ? $"Use one of {string.Join(", ", subcommands)}, or see {Path(command)} --help."
            : $"See {Path(command)} --help.";
    }

    private static IEnumerable<string> Names(Command command, bool options)
    {
        if (!options)
        {
            return command.Subcommands.Where(known => !known.Hidden).Select(known => known.Name);
        }

        IEnumerable<Option> inherited = command.Parents.OfType<Command>().SelectMany(parent => parent.Options).Where(option => option.Recursive);
        return command.Options.Concat(inherited)
            .Where(option => !option.Hidden)
            .SelectMany(option => option.Aliases.Append(option.Name))
            .Where(name => name.Length > 3);
    }

    private static string Path(Command command) => command is RootCommand ? "softlan" : $"softlan {command.Name}";
}
