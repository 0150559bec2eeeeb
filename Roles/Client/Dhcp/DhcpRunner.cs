using System.ComponentModel;
using System.Net.Sockets;
using System.Runtime.Versioning;
using Microsoft.Extensions.Logging;
using Softlan.Platform;
using Softlan.Platform.Linux;
using Softlan.Roles.Shared;
using Softlan.Wire;

namespace Softlan.Roles.Client.Dhcp;

/// <summary>Runs the installed DHCP client as a child of softlan, with a script of softlan's own and files in a directory of its own.</summary>
[SupportedOSPlatform("linux")]
internal sealed class DhcpRunner(ILane lane, DhcpProgram program, string interfaceName, string stateDirectory, HostChanges changes, ILogger logger) : IDhcpRunner
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private string? _directory;
    private DhcpListener? _listener;
    private WatchedProcess? _child;

    /// <summary>Which start a report belongs to: what an earlier child still had to say is ignored.</summary>
    private int _generation;

    public string Name => Path.GetFileName(program.Command[^1]);

    public void Start(IDhcpRunnerOwner owner)
    {
        string directory = _directory ??= MakeDirectory();
        int generation = ++_generation;
        string script = Path.Combine(directory, "script");
        string socket = Path.Combine(directory, "socket");
        try
        {
            _listener?.Dispose();
            File.Delete(socket);
            _listener = DhcpListener.Open(socket, notice => OnLane(() => generation == _generation && owner.OnNotice(notice)), logger);
            WriteScript(script, socket);
            if (program.Configuration is var (name, content))
            {
                File.WriteAllText(Path.Combine(directory, name), content);
            }

            _child = WatchedProcess.Start(
                program.CommandLine(interfaceName, script, directory),
                line => ClientLog.DhcpClientSays(logger, Name, PlainText.Of(line)),
                (status, lastLine) => lane.Post(() => OnExited(owner, generation, status, lastLine)));
            ClientLog.DhcpClientStarted(logger, Name, interfaceName);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or Win32Exception or SocketException or ArgumentException)
        {
            throw SoftlanException.Create($"Cannot run the DHCP client '{program.Command[0]}'", e.Message.TrimEnd('.'), $"see that programs can be run from '{directory}', or use --address none");
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
        if (program.RenewSignal is not { } signal)
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
        lane.Post(() => done.TrySetResult(work()));
        return done.Task;
    }

    private string MakeDirectory()
    {
        // Not below /run: many systems mount that noexec, and the DHCP client could not run the script.
        string path = Path.Combine(stateDirectory, "run", $"{interfaceName}-{Environment.ProcessId}");
        try
        {
            changes.Make(new HostChange.DirectoryMade(path), () => Directory.CreateDirectory(path, OwnerOnly));
            return path;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw SoftlanException.Create($"Cannot make the directory '{path}'", e.Message.TrimEnd('.'), "see that this user may write there and that the disk is not full");
        }
    }

    private static void WriteScript(string path, string socket)
    {
        string process = Environment.ProcessPath ?? throw SoftlanException.Create("Cannot make a script for the DHCP client", "the path of this program is not known", "mount /proc");
        string? dotnetRoot = Environment.GetEnvironmentVariable("DOTNET_ROOT");
        string text = DhcpScriptFile.Write(DhcpScriptFile.OwnCommand(process, AppContext.BaseDirectory), dotnetRoot, socket);
        File.Delete(path);
        using FileStream file = new(path, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = OwnerOnly });
        file.Write(System.Text.Encoding.UTF8.GetBytes(text));
    }
}
