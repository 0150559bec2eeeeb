using System.Diagnostics;
using System.Runtime.ExceptionServices;
using System.Runtime.Versioning;
using Softlan.Platform.Linux;
using Xunit;

namespace Softlan.Tests.Platform.Linux;

/// <summary>A network namespace of a test's own: nothing in it reaches the machine's network, and it is gone when the test ends.</summary>
/// <remarks>
/// Code that is tested runs in it on a thread of its own (<see cref="Run"/>). Such code must not use the thread pool: a pool thread that is born
/// there would stay there.
/// </remarks>
[SupportedOSPlatform("linux")]
internal sealed class NetworkNamespace : IDisposable
{
    /// <summary>Behind it the process, and a number of its own.</summary>
    private const string Prefix = "sltest-";

    /// <summary>Where ip(8) keeps its namespaces.</summary>
    private const string Home = "/run/netns";

    private static readonly TimeSpan CommandTimeout = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan RunTimeout = TimeSpan.FromSeconds(60);
    private static bool _removedDead;
    private static int _count;

    private NetworkNamespace(string name) => Name = name;

    public string Name { get; }

    /// <summary>Skips the test with a reason where it is not root's or a tool is missing. What fails otherwise is a failure.</summary>
    public static NetworkNamespace Create(params string[] tools)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && Environment.UserName == "root", "needs root to make network namespaces");
        foreach (string tool in tools.Prepend("ip"))
        {
            bool found = Environment.GetEnvironmentVariable("PATH")!.Split(':').Append("/usr/sbin").Append("/sbin")
                .Any(directory => File.Exists(Path.Combine(directory, tool)));
            Assert.SkipUnless(found, $"needs the program {tool}");
        }

        if (!Interlocked.Exchange(ref _removedDead, true))
        {
            RemoveDead();
        }

        NetworkNamespace created = new($"{Prefix}{Environment.ProcessId}-{Interlocked.Increment(ref _count)}");
        (int exitCode, string output) = Start("ip", $"netns add {created.Name}");
        Assert.True(exitCode == 0, $"cannot make a network namespace: {output}");
        created.Ip("link set lo up");
        return created;
    }

    /// <summary>Removes the namespaces of test runs that were killed. Of those that still run nothing is touched.</summary>
    internal static void RemoveDead()
    {
        string[] all = Directory.Exists(Home) ? Directory.GetFiles(Home, Prefix + "*") : [];
        foreach (string name in all.Select(path => Path.GetFileName(path)).Where(name => !Directory.Exists($"/proc/{name.Split('-')[1]}")))
        {
            Start("ip", $"netns del {name}"); // Another run that starts now removes it as well.
        }
    }

    /// <summary>Runs <c>ip</c> inside; fails the test when it fails.</summary>
    public string Ip(string arguments)
    {
        (int exitCode, string output) = Start("ip", $"-n {Name} {arguments}");
        Assert.True(exitCode == 0, $"ip {arguments}: {output}");
        return output;
    }

    /// <summary>What <paramref name="settings"/> says once the kernel has done what it goes on with by itself: an IPv6 address is tentative at first
    /// (RFC 4862), and its routes come later, without duplicate detection, too.</summary>
    public static string Settled(Func<string> settings)
    {
        long start = Stopwatch.GetTimestamp();
        for (string last = ""; Stopwatch.GetElapsedTime(start) < TimeSpan.FromSeconds(10); Thread.Sleep(300))
        {
            string now = settings();
            if (now == last && !now.Contains("tentative", StringComparison.Ordinal))
            {
                return now;
            }

            last = now;
        }

        throw new TimeoutException("The kernel did not settle.");
    }

    /// <summary>Runs a program inside and returns what it prints; fails the test when it fails.</summary>
    public string Exec(string command)
    {
        (int exitCode, string output) = TryExec(command);
        Assert.True(exitCode == 0, $"{command}: {output}");
        return output;
    }

    public (int ExitCode, string Output) TryExec(string command) => Start("ip", $"netns exec {Name} {command}");

    /// <summary>Runs <paramref name="body"/> on a thread that is in the namespace.</summary>
    public void Run(Action body)
    {
        ExceptionDispatchInfo? failure = null;
        Thread thread = new(() =>
        {
            try
            {
                using SafeFd fd = NativeTun.Open($"{Home}/{Name}", NativeTun.O_CLOEXEC);
                Assert.False(fd.IsInvalid, "cannot open the namespace");
                Assert.Equal(0, NativeNamespace.SetNamespace(fd, NativeNamespace.CLONE_NEWNET));
                body();
            }
            catch (Exception e)
            {
                failure = ExceptionDispatchInfo.Capture(e);
            }
        })
        {
            IsBackground = true,
            Name = Name,
        };
        thread.Start();
        Assert.True(thread.Join(RunTimeout), "the test hangs");
        failure?.Throw();
    }

    public void Dispose() => Start("ip", $"netns del {Name}");

    private static (int ExitCode, string Output) Start(string program, string arguments)
    {
        ProcessStartInfo info = new(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        using Process process = Process.Start(info)!;
        Task<string> error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        if (!process.WaitForExit(CommandTimeout))
        {
            process.Kill(entireProcessTree: true);
            return (-1, "took too long");
        }

        return (process.ExitCode, output + error.Result);
    }
}
