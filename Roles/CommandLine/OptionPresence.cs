using System.CommandLine;
using System.CommandLine.Parsing;

namespace Softlan.Roles.CommandLine;

/// <summary>For rules that ask whether an option was given.</summary>
internal static class OptionPresence
{
    /// <summary>Whether an option has a value, from the command line or the environment. Null when it was mistyped: that is reported by itself, and a
    /// second complaint about it would only confuse.</summary>
    public static bool? Has<T>(this CommandResult result, Option<T> option)
    {
        try
        {
            return result.GetValue(option) is not null;
        }
        catch (InvalidOperationException)
        {
            // What System.CommandLine throws where the value's parser has found an error.
            return null;
        }
    }

    /// <summary>An option that has a value, by the name under which its giver looks for it.</summary>
    public static string NameOf(this CommandResult result, Option option) => result.GetResult(option) is { Implicit: false }
        ? option.Name
        : $"{option.Name} (set by {SoftlanOption.VariableName(option.Name)})";

    /// <summary>The command does not take the option on this system: who gives it is told so.</summary>
    /// <param name="command">The option's.</param>
    /// <param name="option">Null where nobody gave it.</param>
    /// <param name="message">What it is for, and what to do instead: a sentence whose subject is the option.</param>
    public static void Refuse<T>(this SoftlanCommand command, Option<T> option, string message) =>
        command.AddRule(result => result.Has(option) == true ? $"{result.NameOf(option)} {message}" : null);
}
