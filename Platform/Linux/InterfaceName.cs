using System.Text;
using Softlan.Wire;

namespace Softlan.Platform.Linux;

/// <summary>What Linux takes as the name of an interface (dev_valid_name in net/core/dev.c).</summary>
internal static class InterfaceName
{
    /// <summary>IFNAMSIZ without the closing zero, in bytes.</summary>
    public const int MaxLength = 15;

    public static bool IsValid(string name) => WhyInvalid(name) is null;

    /// <exception cref="SoftlanException">It cannot be an interface's name.</exception>
    public static void ThrowIfInvalid(string name)
    {
        if (WhyInvalid(name) is { } why)
        {
            throw SoftlanException.Create($"Interface name '{name}' is not usable", why, "use a name like softlan0");
        }
    }

    private static string? WhyInvalid(string name) => name switch
    {
        "" => "it is empty",
        "." or ".." => "Linux does not allow it",
        _ when Encoding.UTF8.GetByteCount(name) > MaxLength => "Linux allows 1 to 15 characters",
        // The kernel would replace a % by a number; that is not what somebody who typed it meant.
        _ when name.Any(c => char.IsWhiteSpace(c) || char.IsControl(c) || c is '/' or ':' or '%') =>
            "it contains a character that Linux does not allow there",
        _ => null,
    };
}
