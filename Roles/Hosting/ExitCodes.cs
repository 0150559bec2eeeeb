namespace Softlan.Roles.Hosting;

/// <summary>What softlan tells the shell.</summary>
internal static class ExitCodes
{
    /// <summary>Done, or ended because somebody asked for it.</summary>
    public const int Success = 0;

    /// <summary>A failure that an operator can act on; its line is on stderr.</summary>
    public const int Failure = 1;

    /// <summary>The command line or an environment variable is wrong.</summary>
    public const int Usage = 2;

    /// <summary>Interrupted a second time, before everything was undone: 128 + SIGINT, as shells count.</summary>
    public const int Interrupted = 130;
}
