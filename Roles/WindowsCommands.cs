using System.CommandLine;
using System.Runtime.Versioning;
using Microsoft.Extensions.Logging;
using Softlan.Platform;
using Softlan.Platform.Quic.MsQuic;
using Softlan.Platform.Windows;
using Softlan.Roles.Client;
using Softlan.Roles.Client.Windows;
using Softlan.Roles.CommandLine;
using Softlan.Roles.Hosting;
using Softlan.Roles.Relay;
using Softlan.Roles.Shared;

namespace Softlan.Roles;

/// <summary>What softlan can do on Windows: each command with the code that runs it.</summary>
[SupportedOSPlatform("windows")]
internal static class WindowsCommands
{
    /// <summary>The resource that Windows.targets puts into the executable.</summary>
    private const string MsQuicFile = "msquic.dll";

    public static Command[] Create()
    {
        SystemLibraries.Restrict();
        return Create(CreateEngine);
    }

    /// <param name="createEngine">Makes the QUIC engine on the lane that it is given.</param>
    public static Command[] Create(Func<QuicSettings, IEnterableLane, ILoggerFactory, IQuicEngine> createEngine) =>
    [
        RelayCommand.Create((options, logging) => WindowsRelay.Run(options, logging, (lane, loggers) => createEngine(options.Quic, lane, loggers))),
        ForeignCommand.Create(
            "gateway",
            "Linux",
            "Windows gives a program no way to speak on a wired card with the MACs of others",
            "run the gateway on a Linux machine at the party; relay and client run on Windows"),
        ClientCommand.Create(
            ClientSystem.Windows,
            (options, logging) => WindowsClient.Run(options, logging, (lane, loggers) => createEngine(options.Join.Quic, lane, loggers)),
            output => WindowsClientHost.ListTaps(new WindowsMachine(), output)),
        ForeignCommand.Create("demo", "Linux", "it builds its party in network namespaces, which Windows does not have", "run it on a Linux machine"),
    ];

    private static IQuicEngine CreateEngine(QuicSettings settings, IEnterableLane lane, ILoggerFactory loggers)
    {
        if (!MsQuicLibrary.IsSystemTooOld)
        {
            MsQuicLibrary.Path = EmbeddedLibrary.Load(MsQuicFile, StateFiles.DefaultDirectory());
        }

        return QuicEngines.CreateMsQuic(settings, lane, loggers.CreateLogger("softlan.quic"));
    }

    /// <summary>Keeps a window open that would close over the reason of a failure, or over what was asked for: Windows opens one of its own after the
    /// question for administrator rights.</summary>
    public static int HoldWindow(int exitCode, IReadOnlyList<string> args, TextWriter error)
    {
        if (HasLastWords(exitCode, args) && !Console.IsInputRedirected && !Console.IsErrorRedirected
            && (exitCode != ExitCodes.Success || !Console.IsOutputRedirected) && WindowsConsole.ClosesWithThisProcess())
        {
            error.Write("Press Enter to close this window. ");
            Console.ReadLine();
        }

        return exitCode;
    }

    /// <summary>Whether what stands in the window last is there to be read.</summary>
    internal static bool HasLastWords(int exitCode, IReadOnlyList<string> args) =>
        exitCode is ExitCodes.Failure or ExitCodes.Usage
        || (exitCode == ExitCodes.Success && (args.Contains("--list-taps") || SoftlanCommandLine.AsksForText(args)));
}
