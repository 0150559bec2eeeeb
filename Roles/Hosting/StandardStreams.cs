using Softlan.Platform.Linux;

namespace Softlan.Roles.Hosting;

/// <summary>The standard streams as softlan uses them: none of them may end a role, whatever becomes of its other end.</summary>
internal static class StandardStreams
{
    // No initializer: it would run before the descriptors are filled.
    private static EnduringWriter? _error;

    /// <summary>The stderr that <see cref="Console.Error"/> was at the start.</summary>
    public static EnduringWriter Error => _error ??= new EnduringWriter(Console.Error);

    /// <summary>Puts itself before <see cref="Console.Out"/> and <see cref="Console.Error"/>. First of all: loggers keep the writer that they
    /// find.</summary>
    public static void Protect()
    {
        if (OperatingSystem.IsLinux())
        {
            StandardDescriptors.FillClosed();
        }

        Console.SetOut(new OutputWriter(Console.Out));
        Console.SetError(Error);
    }
}
