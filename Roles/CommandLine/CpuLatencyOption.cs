using System.CommandLine;

namespace Softlan.Roles.CommandLine;

/// <summary><c>--cpu-latency</c>: how long processors may take to wake up while frames flow.</summary>
internal static class CpuLatencyOption
{
    /// <summary>In microseconds: no processor's deepest sleep takes longer to end.</summary>
    public const int Max = 10_000;

    /// <returns>An option of its own for one command; not given it means that the system decides.</returns>
    public static Option<int?> Create() => SoftlanOption.OptionalValue(
        "--cpu-latency",
        ValueKinds.Integer("a time in microseconds", 0, Max, "microseconds", 20),
        "us",
        "Linux, as root: while frames flow, limit CPU idle states to those with at most this wake-up latency; 0 disables idle states. "
        + "Shortens the round trip at the cost of power.",
        "the system decides");
}
