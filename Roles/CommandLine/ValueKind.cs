namespace Softlan.Roles.CommandLine;

/// <summary>A kind of value that people type: how to read it, and what to tell those who mistyped it.</summary>
/// <param name="TryParse">Reads it.</param>
/// <param name="Name">With its article: <c>a room code</c>.</param>
/// <param name="Advice">What a right value is made of, with an example and without a full stop: <c>Use 1 to 64 letters, for example
/// 7kq2-m9tx-w4hb</c>.</param>
/// <param name="Takes">For the help, without a full stop: the bounds with their unit, or the form: <c>1 to 1000 milliseconds</c>. Null where the
/// placeholder says it.</param>
/// <param name="Explain">Says of a text that <paramref name="TryParse"/> does not take what is wrong with it, as a clause after a colon: <c>it ends
/// with a full stop</c>. Null, or an answer of null: the advice has to do.</param>
internal sealed record ValueKind<T>(
    TryParseValue<T> TryParse, string Name, string Advice, string? Takes = null, Func<string, string?>? Explain = null)
{
    /// <summary>What is said instead of <see cref="Advice"/> where the value is missing: where people find it, with an example and without a full
    /// stop. What it is made of would have them make one up.</summary>
    public string WhereMissing { get; init; } = Advice;

    /// <summary>What is said of a text that is no such value.</summary>
    /// <param name="subject">The text in quotes, and where it stands where that is not obvious.</param>
    public string Refuse(string subject, string text) =>
        $"{subject} is not {Name}{(Explain?.Invoke(text) is { } why ? $": {why}" : "")}. {Advice}.";
}
