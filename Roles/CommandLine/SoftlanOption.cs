using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace Softlan.Roles.CommandLine;

/// <summary>Makes options that can also be given as an environment variable: <c>--room</c> as <c>SOFTLAN_ROOM</c>. The command line wins.</summary>
internal static class SoftlanOption
{
    /// <summary>What the names of all environment variables that stand for options begin with.</summary>
    public const string VariablePrefix = "SOFTLAN_";

    private static readonly ValueKind<bool> YesOrNo = ValueKinds.OneOf(
        "yes or no", ("true", true), ("false", false), ("yes", true), ("no", false), ("on", true), ("off", false), ("1", true), ("0", false));

    /// <summary>An option that must be given, here or in the environment.</summary>
    /// <param name="name">With its dashes.</param>
    /// <param name="kind">What it takes.</param>
    /// <param name="helpName">The placeholder in the help text, without angle brackets.</param>
    /// <param name="description">Full sentences: what it does. What <paramref name="kind"/> takes is appended.</param>
    /// <param name="aliases">With their dashes.</param>
    public static Option<T> Required<T>(string name, ValueKind<T> kind, string helpName, string description, params string[] aliases)
    {
        Option<T> option = Create(name, kind, helpName, description, aliases);
        option.Required = true;
        option.DefaultValueFactory = result => FromEnvironment(result, name, kind, out T? value)
            ? value!
            : Fail<T>(result, $"{name} is missing. {kind.WhereMissing}, or set {VariableName(name)}.");
        return option;
    }

    /// <summary>An option with a default, which the help text shows.</summary>
    public static Option<T> WithDefault<T>(
        string name, ValueKind<T> kind, string helpName, string description, T defaultValue, params string[] aliases)
    {
        Option<T> option = Create(name, kind, helpName, description, aliases);
        option.DefaultValueFactory = result => FromEnvironment(result, name, kind, out T? value) ? value! : defaultValue;
        return option;
    }

    /// <summary>An option that takes one word out of a few. The help shows its default as it would be typed.</summary>
    /// <param name="name">With its dashes.</param>
    /// <param name="kind">What the words are, with its article.</param>
    /// <param name="helpName">The placeholder in the help text, without angle brackets.</param>
    /// <param name="description">Full sentences.</param>
    /// <param name="defaultValue">Of one of the choices.</param>
    /// <param name="choices">The words, and what they stand for.</param>
    public static Option<Choice<T>> OneOf<T>(
        string name, string kind, string helpName, string description, T defaultValue, params (string Word, T Value)[] choices) =>
        OneOf(name, kind, helpName, description, defaultValue, [], choices);

    /// <summary>The same, with words that other programs have for the choices.</summary>
    /// <param name="name">With its dashes.</param>
    /// <param name="kind">What the words are, with its article.</param>
    /// <param name="helpName">The placeholder in the help text, without angle brackets.</param>
    /// <param name="description">Full sentences.</param>
    /// <param name="defaultValue">Of one of the choices.</param>
    /// <param name="synonyms">Understood, but not offered: another word, and the one of the choices that is meant.</param>
    /// <param name="choices">The words, and what they stand for.</param>
    public static Option<Choice<T>> OneOf<T>(
        string name, string kind, string helpName, string description, T defaultValue, (string Word, string Meant)[] synonyms,
        params (string Word, T Value)[] choices)
    {
        (string Word, Choice<T> Value)[] words = [.. choices.Select(choice => (choice.Word, new Choice<T>(choice.Word, choice.Value)))];
        Choice<T> usual = words.First(choice => EqualityComparer<T>.Default.Equals(choice.Value.Value, defaultValue)).Value;
        ValueKind<Choice<T>> offered = ValueKinds.OneOf(kind, words);
        ValueKind<Choice<T>> understood = offered with
        {
            TryParse = (string text, out Choice<T> value) => offered.TryParse(
                synonyms.FirstOrDefault(known => string.Equals(known.Word, text, StringComparison.OrdinalIgnoreCase)).Meant ?? text, out value),
        };
        return WithDefault(name, understood, helpName, description, usual);
    }

    /// <summary>An option that is null where nobody gave it.</summary>
    /// <param name="name">With its dashes.</param>
    /// <param name="kind">What it takes.</param>
    /// <param name="helpName">The placeholder in the help text, without angle brackets.</param>
    /// <param name="description">Full sentences: what it does. What <paramref name="kind"/> takes is appended.</param>
    /// <param name="usual">What null stands for, as the help shows other defaults; null: nothing.</param>
    /// <param name="aliases">With their dashes.</param>
    public static Option<T?> Optional<T>(
        string name, ValueKind<T> kind, string helpName, string description, string? usual, params string[] aliases)
        where T : class
    {
        AdvisedOption<T?> option = new(name, kind.Advice, aliases) { HelpName = helpName, Description = Describe(description, kind.Takes, usual) };
        option.CustomParser = argument => Parse(argument, name, kind);
        option.DefaultValueFactory = result => FromEnvironment(result, name, kind, out T? value) ? value : null;
        return option;
    }

    /// <summary>The same as <see cref="Optional"/> for value types.</summary>
    public static Option<T?> OptionalValue<T>(
        string name, ValueKind<T> kind, string helpName, string description, string? usual, params string[] aliases)
        where T : struct
    {
        AdvisedOption<T?> option = new(name, kind.Advice, aliases) { HelpName = helpName, Description = Describe(description, kind.Takes, usual) };
        option.CustomParser = argument => Parse(argument, name, kind);
        option.DefaultValueFactory = result => FromEnvironment(result, name, kind, out T value) ? value : null;
        return option;
    }

    /// <summary>An option without a value; in the environment it takes yes or no.</summary>
    public static Option<bool> Flag(string name, string description, params string[] aliases) => new(name, aliases)
    {
        Description = description,
        Arity = ArgumentArity.Zero,
        DefaultValueFactory = result => FromEnvironment(result, name, YesOrNo, out bool value) && value,
    };

    /// <summary>The environment variable that stands for the option <paramref name="name"/>.</summary>
    public static string VariableName(string name) =>
        VariablePrefix + name.TrimStart('-').Replace('-', '_').ToUpper(CultureInfo.InvariantCulture);

    private static Option<T> Create<T>(string name, ValueKind<T> kind, string helpName, string description, string[] aliases) => new AdvisedOption<T>(
        name, kind.Advice, aliases)
    {
        HelpName = helpName,
        Description = Describe(description, kind.Takes, usual: null),
        CustomParser = argument => Parse(argument, name, kind),
    };

    /// <summary>In the same words for all options. The default stands last, in the form in which System.CommandLine shows those that it
    /// knows.</summary>
    private static string Describe(string description, string? takes, string? usual) =>
        description + (takes is null ? "" : $" Give {takes}.") + (usual is null ? "" : $" [default: {usual}]");

    private static T? Parse<T>(ArgumentResult argument, string name, ValueKind<T> kind)
    {
        string text = argument.Tokens[0].Value;
        return kind.TryParse(text, out T? value) ? value : Fail<T>(argument, kind.Refuse($"{name}: '{text}'", text));
    }

    /// <summary>False where the variable is not set or empty. A wrong value is reported as the environment's, since nobody sees it on the command
    /// line.</summary>
    private static bool FromEnvironment<T>(ArgumentResult result, string name, ValueKind<T> kind, out T? value)
    {
        value = default;
        string variable = VariableName(name);
        if (Environment.GetEnvironmentVariable(variable) is not { Length: > 0 } text)
        {
            return false;
        }

        if (!kind.TryParse(text, out value))
        {
            Fail<T>(result, kind.Refuse($"'{text}' in the environment variable {variable}", text));
        }

        return true;
    }

    private static T Fail<T>(ArgumentResult result, string message)
    {
        result.AddError(message);
        return default!;
    }
}
