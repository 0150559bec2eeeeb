namespace Softlan.Roles.CommandLine;

/// <summary>A kind of value that people type: how to read it, and what to tell those who mistyped it.</summary>
/// <param name="TryParse">Reads it.</param>
/// <param name="Name">With its article: <c>a room code</c>.</param>
/// <param name="Advice">What a right value is made of, with an example and without a full stop: <c>Use 1 to 64 letters, for example
/// LAN-2026</c>.</param>
/// <param name="Takes">For the help, without a full stop: the bounds with their unit, or the form: <c>1 to 1000 milliseconds</c>. Null where the
/// placeholder says it.</param>
internal sealed record ValueKind<T>(TryParseValue<T> TryParse, string Name, string Advice, string? Takes = null);
