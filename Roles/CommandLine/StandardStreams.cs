namespace Softlan.Roles.CommandLine;

/// <summary>The standard streams as softlan uses them: none of them may end a role, whatever becomes of its other end.</summary>
internal static class StandardStreams
{
    /// <summary>The stderr that <see cref="Console.Error"/> was at the start.</summary>
    public static EnduringWriter Error { get; } = new(Console.Error);

    /// <summary>Puts itself before <see cref="Console.Error"/>. First of all: loggers keep the writer that they find.</summary>
    public static void Protect() => Console.SetError(Error);
}
