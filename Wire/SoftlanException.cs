namespace Softlan.Wire;

/// <summary>A failure the operator can act on. Its message is the whole line that softlan prints: what, why, hint.</summary>
internal sealed class SoftlanException(string message, Exception? inner = null) : Exception(message, inner)
{
    /// <param name="what">What could not be done, without a full stop.</param>
    /// <param name="why">The reason, without a full stop.</param>
    /// <param name="hint">What to do about it, as a clause in the imperative.</param>
    public static SoftlanException Create(string what, string why, string? hint = null) =>
        new(hint is null ? $"{what}: {why}." : $"{what}: {why}. Hint: {hint}.");
}
