using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using Softlan.Roles.Hosting;
using Softlan.Wire;

namespace Softlan.Roles.CommandLine;

/// <summary>The root command, and the one place where failures become lines and exit codes.</summary>
internal static class SoftlanCommandLine
{
    /// <summary><c>softlan help client</c> and <c>softlan client help</c> are <c>softlan client --help</c>.</summary>
    private const string HelpWord = "help";

    /// <summary><c>softlan version</c> is <c>softlan --version</c>.</summary>
    private const string VersionWord = "version";

    public static RootCommand CreateRoot(params Command[] commands)
    {
        RootCommand root = new(
            "Join remote players to a LAN party: a relay on the internet, a gateway on the LAN, a client on each player's machine. "
            + "Every option but those that only print something can also be given as an environment variable: "
            + "--room CODE as SOFTLAN_ROOM=CODE, --keep as SOFTLAN_KEEP=yes. The command line wins.");
        foreach (Command command in commands)
        {
            root.Add(command);
        }

        // In this order they end the help of every command.
        root.Options.Clear();
        LoggingArguments.AddTo(root);
        root.Add(new HelpOption("--help", "-h", "-?") { Description = "Print this help and exit." });
        root.Add(new VersionOption { Description = "Print the version and exit.", Action = new PrintVersion(), Recursive = true });
        root.SetAction(parsed =>
        {
            StderrMessages.Of(parsed, parsed.InvocationConfiguration.Error).Fail(
                "a command is missing. "
                + $"Use one of {string.Join(", ", commands.Where(command => !command.Hidden).Select(command => command.Name))}"
                + ", or see softlan --help.");
            return ExitCodes.Usage;
        });
        return root;
    }

    /// <summary>How Windows' own commands are asked for help. Understood, but not offered by the completion: there it would stand before what
    /// people look for.</summary>
    private static bool IsHelpOfWindows(string arg) => arg is "/h" or "/?";

    /// <summary>Whether the command line asks for help or the version, in one of the ways in which people ask.</summary>
    public static bool AsksForText(IReadOnlyList<string> args) =>
        args is [HelpWord, ..] or [_, HelpWord] or [VersionWord]
        || args.Any(arg => arg is "--version" or "--help" or "-h" or "-?" || IsHelpOfWindows(arg));

    /// <summary>Parses and runs. Every exception but <see cref="SoftlanException"/> is a bug of ours and keeps its stack trace.</summary>
    public static int Run(RootCommand root, IReadOnlyList<string> args, TextWriter output, TextWriter error)
    {
        // As commands of their own they would take a place among those that do something.
        IReadOnlyList<string> words = args switch
        {
            [HelpWord, ..] => [.. args.Skip(1), "--help"],
            [_, HelpWord] => [args[0], "--help"],
            [VersionWord] => ["--version"],
            _ => [.. args.Select(arg => IsHelpOfWindows(arg) ? "--help" : arg)],
        };

        // A player may call himself @home; that is no file with more of the command line.
        ParseResult parsed = root.Parse(words, new ParserConfiguration { ResponseFileTokenReplacer = null });
        StderrMessages messages = StderrMessages.Of(parsed, error);
        if (parsed.Action is not HelpAction)
        {
            MisspeltVariables.Write(parsed, messages);
        }

        if (ParseErrors.Stop(parsed))
        {
            ParseErrors.Write(parsed, error);
            return ExitCodes.Usage;
        }

        if (parsed.Action is HelpAction help)
        {
            help.MaxWidth = HelpWidth.Now(); // Not before: the first question may write to the terminal.
        }

        try
        {
            return parsed.Invoke(new InvocationConfiguration
            {
                EnableDefaultExceptionHandler = false,
                ProcessTerminationTimeout = null,
                Output = output,
                Error = error,
            });
        }
        catch (SoftlanException failure)
        {
            messages.Fail(failure.Message);
            return ExitCodes.Failure;
        }
    }

    private sealed class PrintVersion : SynchronousCommandLineAction
    {
        public override int Invoke(ParseResult parseResult)
        {
            parseResult.InvocationConfiguration.Output.WriteLine(SoftlanVersion.Text);
            return ExitCodes.Success;
        }
    }
}
