namespace Softlan.Wire;

/// <summary>A failure the operator can act on. Its message is the whole line that softlan prints: what, why, hint.</summary>
internal sealed class SoftlanException : Exception
{
    private SoftlanException(string what, string why, string? hint)
        : base(hint is null ? $"{what}: {why}." : $"{what}: {why}. Hint: {hint}.")
    {
        What = what;
        Why = why;
        Hint = hint;
    }

    /// <summary>What could not be done.</summary>
    public string What { get; }

    /// <summary>The reason.</summary>
    public string Why { get; }

    /// <summary>What to do about it; null where nobody knows.</summary>
    public string? Hint { get; }

    /// <param name="what">What could not be done, without a full stop.</param>
    /// <param name="why">The reason, without a full stop.</param>
    /// <param name="hint">What to do about it, as a clause in the imperative.</param>
    public static SoftlanException Create(string what, string why, string? hint = null) => new(what, why, hint);
}
