using System.CommandLine;
using Softlan.Wire.Control;

namespace Softlan.Roles.CommandLine;

/// <summary>Tells somebody whose environment variable stands for no option, but nearly for one of the command: it would do nothing, and nobody would
/// know why.</summary>
internal static class MisspeltVariables
{
    /// <summary>More of a variable's name than this is cut off.</summary>
    private const int MaxNameLength = 256;

    /// <summary>On Windows the names of variables have no case.</summary>
    private static readonly StringComparer Comparer = OperatingSystem.IsWindows() ? StringComparer.OrdinalIgnoreCase : StringComparer.Ordinal;

    /// <summary>One line for each. Variables that resemble nothing are somebody else's: Kubernetes, for example, sets SOFTLAN_PORT beside a service
    /// of that name.</summary>
    public static void Write(ParseResult parsed, StderrMessages messages)
    {
        Command command = parsed.CommandResult.Command;
        Command root = parsed.RootCommandResult.Command;
        if (command.Hidden)
        {
            return;
        }

        Option[] settings = [.. root.Options.Concat(command.Options).Where(IsSetting)];
        IEnumerable<Option> settingsOfAll = root.Subcommands.SelectMany(other => other.Options).Where(IsSetting).Concat(settings);
        HashSet<string> known = new(settingsOfAll.Select(option => SoftlanOption.VariableName(option.Name)), Comparer);
        foreach (string variable in Environment.GetEnvironmentVariables().Keys.Cast<string>().Order(StringComparer.Ordinal))
        {
            if (!variable.StartsWith(SoftlanOption.VariablePrefix, StringComparison.OrdinalIgnoreCase) || known.Contains(variable))
            {
                continue;
            }

            string typed = variable[SoftlanOption.VariablePrefix.Length..].Replace('_', '-');
            string[] meant = [.. Spelling.Nearest(typed, settings.SelectMany(option => option.Aliases.Append(option.Name)))
                .Select(name => settings.First(option => option.Name == name || option.Aliases.Contains(name)))
                .Select(option => SoftlanOption.VariableName(option.Name))
                .Distinct()];
            if (meant.Length > 0)
            {
                messages.Warn(
                    $"The environment variable {PrintableText.Clean(variable, MaxNameLength)} is not one of softlan's and does nothing. "
                    + $"Did you mean {string.Join(" or ", meant)}?");
            }
        }
    }

    /// <summary>An option with an action of its own prints something; no variable stands for it.</summary>
    private static bool IsSetting(Option option) => option.Action is null;
}
