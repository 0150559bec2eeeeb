using System.CommandLine;
using System.CommandLine.Parsing;

namespace Softlan.Roles.CommandLine;

/// <summary>For validators that look at several options at once.</summary>
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
}
