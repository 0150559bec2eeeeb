using System.Reflection;

namespace Softlan.Wire;

/// <summary>Which softlan this is: what <c>--version</c> prints, and what a peer tells the relay in its hello.</summary>
internal static class SoftlanVersion
{
    public static string Text { get; } =
        "softlan "
        + (typeof(SoftlanVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown");
}
