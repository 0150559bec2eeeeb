namespace Softlan.Roles.CommandLine;

/// <summary>One word out of a few that an option takes, and what it stands for. As text it is the word: the help shows a default as it would be
/// typed.</summary>
internal readonly record struct Choice<T>(string Word, T Value)
{
    public override string ToString() => Word;
}
