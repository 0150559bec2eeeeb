using System.Diagnostics.CodeAnalysis;

namespace Softlan.Roles.CommandLine;

/// <summary>Reads a value from text; false where the text is no such value.</summary>
internal delegate bool TryParseValue<T>(string text, [MaybeNullWhen(false)] out T value);
