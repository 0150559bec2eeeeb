using System.Text;

namespace Softlan.Wire.Control;

/// <summary>The names of an enum's values as they travel: <c>RejectReason.MacTaken</c> is <c>mac-taken</c>. Only exact names are read.</summary>
internal static class KebabCase<TEnum>
    where TEnum : struct, Enum
{
    private static readonly TEnum[] Values = Enum.GetValues<TEnum>();
    private static readonly string[] Names = [.. Values.Select(value => ToKebab(value.ToString()))];

    public static string ToText(TEnum value) => Names[Array.IndexOf(Values, value)];

    public static bool TryParse(string text, out TEnum value)
    {
        int index = Array.IndexOf(Names, text);
        value = index < 0 ? default : Values[index];
        return index >= 0;
    }

    private static string ToKebab(string name)
    {
        StringBuilder text = new();
        foreach (char c in name)
        {
            if (char.IsAsciiLetterUpper(c) && text.Length > 0)
            {
                text.Append('-');
            }

            text.Append(char.ToLowerInvariant(c));
        }

        return text.ToString();
    }
}
