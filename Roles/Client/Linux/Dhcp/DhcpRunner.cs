using System.ComponentModel;
using System.Net.Sockets;
using System.Runtime.Versioning;
using Microsoft.Extensions.Logging;
using Softlan.Platform;
using Softlan.Platform.Linux;
using Softlan.Roles.Shared;
using Softlan.Wire;

namespace Softlan.Roles.Client.Linux.Dhcp;

/// <summary>Runs the installed DHCP client as a child of softlan, with a script of softlan's own and files in a directory of its own.</summary>
[SupportedOSPlatform("linux")]
internal sealed class DhcpRunner : IDhcpRunner
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private readonly ILane _lane;
    private readonly DhcpProgram _program;
    private readonly string _interfaceName;
    private readonly string _directory;
    private readonly ILogger _logger;
    private DhcpListener? _listener;
    private WatchedProcess? _child;

    /// <summary>Which start a report belongs to: what an earlier child still had to say is ignored.</summary>
    private int _generation;

    private DhcpRunner(ILane lane, DhcpProgram program, string interfaceName, string directory, ILogger logger)
    {
        _lane = lane;
        _program = program;
        _interfaceName = interfaceName;
        _directory = directory;
        _logger = logger;
    }

    public string Name => Path.GetFileName(_program.Command[^1]);

    /// <summary>Makes the directory for its files; <paramref name="changes"/> removes it, and what the DHCP client will keep elsewhere.</summary>
    /// <exception cref="SoftlanException">The directory cannot be made.</exception>
    public static DhcpRunner Create(
        ILane lane, DhcpProgram program, string interfaceName, string stateDirectory, HostChanges changes, ILogger logger)
    {
        string directory = MakeDirectory(stateDirectory, interfaceName, changes);
        foreach (string lease in program.LeaseFiles(interfaceName).Where(lease => !File.Exists(lease)))
        {
            changes.Make(new HostChange.LeaseKept(lease), static () => { }); // The DHCP client makes it.
        }

        return new DhcpRunner(lane, program, interfaceName, directory, logger);
    }

    /// <summary>The DHCP client runs what lies there, with all rights.</summary>
    /// <exception cref="SoftlanException">Another user can write there.</exception>
    public static void RequireOwn(string stateDirectory) => PrivateDirectory.RequireOwn(stateDirectory);

    public void Start(IDhcpRunnerOwner owner)
    {
        int generation = ++_generation;
        string script = Path.Combine(_directory, "script");
        string socket = Path.Combine(_directory, "socket");
        try
        {
            _listener?.Dispose();
            File.Delete(socket);
            _listener = DhcpListener.Open(socket, notice => OnLane(() => generation == _generation && owner.OnNotice(notice)), _logger);
            WriteScript(script, socket);
            if (_program.Configuration is var (name, content))
            {
                File.WriteAllText(Path.Combine(_directory, name), content);
            }

            _child = WatchedProcess.Start(
                _program.CommandLine(_interfaceName, script, _directory),
                line => ClientLog.DhcpClientSays(_logger, Name, PlainText.Of(line)),
                (status, lastLine) => _lane.Post(() => OnExited(owner, generation, status, lastLine)));
            ClientLog.DhcpClientStarted(_logger, Name, _interfaceName);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or Win32Exception or SocketException or ArgumentException)
        {
            throw SoftlanException.Create(
                $"Cannot run the DHCP client '{_program.Command[0]}'",
                FileErrors.Sentence(e),
                e.HResult == Errno.ENOSPC
                    ? $"make room in '{_directory}'"
                    : $"see that programs can be run from '{_directory}', or use --address none");
        }
    }

    public void Stop()
    {
        _generation++;

        // The listener first: a DHCP client that ends calls its script once more and waits for it, and nobody here has time to answer.
        _listener?.Dispose();
        _listener = null;
        _child?.Dispose();
        _child = null;
    }

    public bool TryRenew()
    {
        if (_program.RenewSignal is not { } signal)
        {
            return false;
        }

        _child?.Signal(signal);
        return true;
    }

    public void Dispose() => Stop();

    private void OnExited(IDhcpRunnerOwner owner, int generation, int status, string lastLine)
    {
        if (generation == _generation)
        {
            Stop();
            owner.OnExited(lastLine.Length > 0 ? $"status {status}: {PlainText.Of(lastLine)}" : $"status {status}");
        }
    }

    /// <summary>Scripts report on threads of the pool; what they say is handled on the lane.</summary>
    private Task<bool> OnLane(Func<bool> work)
    {
        TaskCompletionSource<bool> done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _lane.Post(() => done.TrySetResult(work()));
        return done.Task;
    }

    private static string MakeDirectory(string stateDirectory, string interfaceName, HostChanges changes)
    {
        // Not below /run: many systems mount that noexec, and the DHCP client could not run the script.
        string path = Path.Combine(stateDirectory, "run", $"{interfaceName}-{Environment.ProcessId}");
        StateFiles.RequireDirectory(stateDirectory);
        RequireOwn(stateDirectory);
        try
        {
            changes.Make(new HostChange.DirectoryMade(path), () => Directory.CreateDirectory(path, OwnerOnly));
            return path;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            (string reason, string hint) = StateFiles.ExplainWrite(e, stateDirectory, StateFiles.Option);
            throw SoftlanException.Create($"Cannot make the directory '{path}'", reason, hint);
        }
    }

    private static void WriteScript(string path, string socket)
    {
        string process = Environment.ProcessPath
            ?? throw SoftlanException.Create("Cannot make a script for the DHCP client", "the path of this program is not known", "mount /proc");
        string? dotnetRoot = Environment.GetEnvironmentVariable("DOTNET_ROOT");
        string text = DhcpScriptFile.Write(DhcpScriptFile.OwnCommand(process, AppContext.BaseDirectory), dotnetRoot, socket);
        File.Delete(path);
        using FileStream file = new(path, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = OwnerOnly });
        file.Write(System.Text.Encoding.UTF8.GetBytes(text));
    }
}
