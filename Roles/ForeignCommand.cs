using System.CommandLine;
using Softlan.Wire;

namespace Softlan.Roles;

/// <summary>Stands for a command that another operating system has: whoever tries it is told why it is not here, rather than that it is
/// misspelt.</summary>
internal static class ForeignCommand
{
    /// <param name="name">The command.</param>
    /// <param name="home">The system that has it.</param>
    /// <param name="why">Why this one has not, without a full stop.</param>
    /// <param name="hint">What to do instead.</param>
    public static Command Create(string name, string home, string why, string hint)
    {
        Argument<string[]> anything = new("arguments") { Hidden = true };
        Command command = new(name, $"Only on {home}: {why}.") { anything };
        command.TreatUnmatchedTokensAsErrors = false;
        command.SetAction(int (_) => throw SoftlanException.Create($"softlan {name} is for {home}", why, hint));
        return command;
    }
}
