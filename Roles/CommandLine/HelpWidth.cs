namespace Softlan.Roles.CommandLine;

/// <summary>How many columns a help text takes.</summary>
internal static class HelpWidth
{
    /// <summary>In a wider terminal, since longer lines are hard to read.</summary>
    public const int Max = 100;

    /// <summary>Where there is no terminal: a pager or a file is read in one of at least this width.</summary>
    public const int WithoutTerminal = 80;

    /// <summary>For stdout as it is now.</summary>
    public static int Now() => Of(Console.IsOutputRedirected ? 0 : WindowWidth());

    /// <param name="terminal">The terminal's columns; 0: there is none, or nobody knows.</param>
    public static int Of(int terminal) => terminal > 0 ? Math.Min(terminal, Max) : WithoutTerminal;

    private static int WindowWidth()
    {
        try
        {
            return Console.WindowWidth;
        }
        catch (IOException)
        {
            return 0;
        }
    }
}
