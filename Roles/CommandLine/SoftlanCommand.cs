using System.CommandLine;
using System.CommandLine.Parsing;

namespace Softlan.Roles.CommandLine;

/// <summary>A command with rules about several of its options, or about which of them it takes on this system.</summary>
internal sealed class SoftlanCommand(string name, string description) : Command(name, description)
{
    private readonly List<Func<CommandResult, string?>> _rules = [];

    /// <summary>Adds a rule. System.CommandLine's validators see no value from the environment of an option that stands further down, and a command's
    /// hide what else is wrong; a rule is judged when every option has its value, together with all other mistakes.</summary>
    /// <param name="mistake">What is wrong, in sentences for people; null: nothing.</param>
    public void AddRule(Func<CommandResult, string?> mistake) => _rules.Add(mistake);

    /// <summary>The rules that do not hold.</summary>
    public IEnumerable<string> Mistakes(CommandResult result) => _rules.Select(mistake => mistake(result)).OfType<string>();
}
