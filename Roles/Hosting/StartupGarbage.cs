namespace Softlan.Roles.Hosting;

/// <summary>Has the managed heap's collector wait until the program has started.</summary>
/// <remarks>
/// Options, loggers and a first join leave some 3.5 MB behind. With System.GC.Gen0MaxBudget, which keeps pauses short later, they are collected a
/// dozen times on the way: 8 of the 50 ms from start to the first ping. Not for a relay: it is in no hurry when it starts, and would keep that memory
/// for good, as much as sixty of its players need.
/// </remarks>
internal static class StartupGarbage
{
    /// <summary>Bytes that may lie. At the first collection after that, which may also be asked for, everything is as it always is.</summary>
    public const long MaxBytes = 4 * 1024 * 1024;

    /// <summary>Called once, first of all. Where so much memory is not to be had, it changes nothing.</summary>
    public static void LetLie() => _ = GC.TryStartNoGCRegion(MaxBytes);
}
