using System.CommandLine;
using Softlan.Platform;

namespace Softlan.Roles.CommandLine;

/// <summary><c>--moderation</c>: the command line of <see cref="PortModeration"/>.</summary>
internal static class ModerationOption
{
    private const string Auto = "auto";

    private static readonly ValueKind<PortModeration> Kind = ValueKinds.OneOf(
        "a way to read frames", (Auto, PortModeration.Auto), ("off", PortModeration.Off));

    /// <returns>An option of its own for one command; not given it means auto.</returns>
    public static Option<PortModeration?> Create() => SoftlanOption.OptionalValue(
        "--moderation",
        Kind,
        "auto|off",
        "Linux: auto collects small frames for up to 1 ms while more than 2,000 a second arrive, "
        + "which saves about a third of their processor time; off sends each at once.",
        Auto);
}
