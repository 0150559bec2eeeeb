namespace Softlan.Roles.CommandLine;

/// <summary>See <see cref="ValueKind{T}.Advice"/>.</summary>
internal interface IAdvised
{
    /// <summary>An example of a right value, as an imperative without a full stop.</summary>
    string Advice { get; }
}
