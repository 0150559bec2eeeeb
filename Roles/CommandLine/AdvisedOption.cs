using System.CommandLine;

namespace Softlan.Roles.CommandLine;

/// <summary>An option that can tell what a right value looks like, also where there is no value that could be judged.</summary>
internal sealed class AdvisedOption<T>(string name, string advice, string[] aliases) : Option<T>(name, aliases), IAdvised
{
    public string Advice => advice;
}
