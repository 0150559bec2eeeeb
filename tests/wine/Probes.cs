using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Softlan.Platform;
using Softlan.Platform.Windows;
using Softlan.Roles.Shared;
using Softlan.Wire;

namespace Softlan.Tests.Wine;

/// <summary>Single parts of Platform/Windows against Wine and the fake adapter, each with one line that says how it went.</summary>
[SupportedOSPlatform("windows")]
internal static class Probes
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    public static int Run(string[] names)
    {
        int failed = 0;
        foreach (string name in names)
        {
            try
            {
                string? wrong = name switch
                {
                    "com" => Com(),
                    "stamp" => Stamp(),
                    "tap" => Tap(),
                    "boot" => Boot(),
                    "library" => Library(),
                    "private" => Private(),
                    "timer" => Timer(),
                    _ => "no such probe",
                };
                Console.WriteLine(wrong is null ? $"ok {name}" : $"FAILED {name}: {wrong}");
                failed += wrong is null ? 0 : 1;
            }
            catch (Exception e)
            {
                Console.WriteLine($"FAILED {name}: {e}");
                failed++;
            }
        }

        return failed;
    }

    /// <summary>Every slot of the COM tables that softlan calls, up to what Wine has.</summary>
    private static string? Com() => NetworkCategories.CountConnections() > 0 ? null : "the Network List Manager has no connection";

    private static string? Stamp()
    {
        ProcessStamp self = WindowsProcesses.OfThisProcess();
        return !WindowsProcesses.IsAlive(self) ? "this process does not run"
            : WindowsProcesses.IsAlive(self with { StartTime = self.StartTime - 1 }) ? "a stamp of another process counts as this one"
            : WindowsProcesses.IsAlive(self with { Pid = 0x7ffffff0 }) ? "a process that never was runs"
            : self.Boot.Length == 0 ? "no boot id"
            : null;
    }

    /// <summary>Prints the boot id, for a comparison between two processes.</summary>
    private static string? Boot()
    {
        Console.WriteLine(WindowsProcesses.OfThisProcess().Boot);
        return null;
    }

    /// <summary>msquic.dll comes out of the executable, into a directory of its own, and is loaded from there; a copy that somebody changed is not,
    /// nor is anything else that lies there.</summary>
    private static string? Library()
    {
        string root = StateFiles.DefaultDirectory();
        if (EmbeddedLibrary.Load("msquic.dll", root) is not { } path)
        {
            return "it is not in the executable";
        }

        string[] found = Directory.GetFiles(root, "msquic.dll", SearchOption.AllDirectories);
        if (found is not [string only] || only != path
            || !NativeLibrary.TryLoad(path, out nint library) || !NativeLibrary.TryGetExport(library, "MsQuicOpenVersion", out _))
        {
            return $"unpacked {found.Length} times, or not loaded";
        }

        string directory = Path.GetDirectoryName(path)!;
        using Process self = Process.GetCurrentProcess();
        string[] foreign =
        [
            .. self.Modules.Cast<ProcessModule>()
                .Select(module => module.FileName)
                .Where(file => file.StartsWith(directory, StringComparison.OrdinalIgnoreCase)
                    && !string.Equals(file, path, StringComparison.OrdinalIgnoreCase))
        ];
        if (foreign.Length > 0)
        {
            return $"{string.Join(", ", foreign)} was loaded along";
        }

        Console.WriteLine($"unpacked to {Path.GetFileName(directory)}");
        return null;
    }

    /// <summary>Each alarm rings once, and not before its time; what is cancelled does not.</summary>
    private static string? Timer()
    {
        const int Alarms = 50;
        int rings = 0;
        using AutoResetEvent rang = new(false);
        using ITimer timer = new PreciseClock().CreateTimer(
            _ =>
            {
                Interlocked.Increment(ref rings);
                rang.Set();
            },
            null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        TimeSpan due = TimeSpan.FromMilliseconds(2);
        for (int i = 0; i < Alarms; i++)
        {
            Stopwatch watch = Stopwatch.StartNew();
            timer.Change(due, Timeout.InfiniteTimeSpan);
            if (!rang.WaitOne(Patience) || watch.Elapsed < due / 2)
            {
                return $"alarm {i} rang after {watch.Elapsed.TotalMilliseconds:0.0} ms";
            }
        }

        timer.Change(due, Timeout.InfiniteTimeSpan);
        timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        Thread.Sleep(100);
        timer.Change(TimeSpan.Zero, Timeout.InfiniteTimeSpan);
        return !rang.WaitOne(Patience) ? "an alarm for now does not ring"
            : rings is Alarms + 1 or Alarms + 2 ? null // The one that was cancelled may have rung already.
            : $"{rings} alarms rang";
    }

    /// <summary>Places in ProgramData, prepared by tests/wine/ring.py, and what becomes of each.</summary>
    private static string? Private()
    {
        foreach (string name in (string[])["fresh", "empty", "open", "link", Path.Combine("link", "below"), Path.Combine("open", "below")])
        {
            string path = Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.CommonApplicationData), "places", name);
            try
            {
                PrivateDirectory.Create(path);
                string file = Path.Combine(path, "file");
                using (FileStream made = PrivateDirectory.CreateFile(file))
                {
                    made.WriteByte(1);
                    made.Flush(flushToDisk: true);
                }

                PrivateDirectory.RequireOwn(file);
                Console.WriteLine($"{name}: made, {Directory.GetFiles(path).Length} file");
            }
            catch (SoftlanException e)
            {
                Console.WriteLine($"{name}: {e.Message}");
            }
        }

        return null;
    }

    /// <summary>The driver loops nothing back; tests/wine/ring.py injects numbered frames and collects their echoes.</summary>
    private static string? Tap()
    {
        TapAdapter adapter = new TapDiscovery(new TapRegistry()).Choose("Party");
        using ManualResetEventSlim over = new();
        string? wrong = null;
        using SharedLane lane = new(bug => { wrong = bug.ToString(); over.Set(); });
        TapDevice device = TapDevice.Open(adapter);
        MacAddress mac = device.ReadMac();
        int? mtu = device.ReadMtu();
        WindowsTap tap = new(lane, adapter.Name, device, mac, () => TapDevice.Open(adapter), () => { });
        lane.Post(() =>
        {
            tap.Start(new Echo(tap, over));
            tap.SetMedia(true);
        });
        Console.WriteLine("ready");
        bool isDone = over.Wait(Patience);
        using ManualResetEventSlim closed = new();
        Stopwatch watch = Stopwatch.StartNew();
        lane.Post(() =>
        {
            tap.Dispose();
            closed.Set();
        });
        closed.Wait();
        Console.WriteLine($"closed in {watch.ElapsedMilliseconds} ms");
        return wrong ?? (mtu != 1500 ? $"the driver's MTU is {mtu}"
            : !isDone ? "the last frame did not come" : watch.Elapsed > TimeSpan.FromSeconds(1) ? "closing hangs" : null);
    }

    /// <summary>Sends each frame back with source and destination exchanged, until one of type 0xFFFF.</summary>
    private sealed class Echo(WindowsTap tap, ManualResetEventSlim over) : IFramePortHandler
    {
        public void OnFrame(Span<byte> frame, FrameOrigin origin)
        {
            MacAddress destination = MacAddress.Read(frame);
            MacAddress.Read(frame[MacAddress.Length..]).Write(frame);
            destination.Write(frame[MacAddress.Length..]);
            tap.Write(frame);
            if (frame[12] == 0xff && frame[13] == 0xff)
            {
                over.Set();
            }
        }

        public void OnPortFailed(SoftlanException reason)
        {
            Console.WriteLine($"port failed: {reason.Message}");
            over.Set();
        }
    }
}
