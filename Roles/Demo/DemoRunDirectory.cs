using System.Runtime.Versioning;

namespace Softlan.Roles.Demo;

/// <summary>Where one run of the demo keeps its files and logs, and its proof of being alive: a lock that the kernel releases however the process
/// ends.</summary>
[SupportedOSPlatform("linux")]
internal sealed class DemoRunDirectory : IDisposable
{
    private const string LockFile = "lock";

    private readonly FileStream _lock;

    private DemoRunDirectory(string id, FileStream @lock)
    {
        Id = id;
        _lock = @lock;
    }

    /// <summary>Of the namespaces' and the directory's name: the process id at the time, unique among the living.</summary>
    public string Id { get; }

    public string FullName => DirectoryOf(Id);

    /// <summary>All runs' parent. Only root writes under /run, so nobody can prepare links there.</summary>
    public static string Parent => "/run/softlan-demo";

    private static UnixFileMode OwnerOnly => UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    public static DemoRunDirectory Create()
    {
        string id = Environment.ProcessId.ToString(System.Globalization.CultureInfo.InvariantCulture);
        Directory.CreateDirectory(DirectoryOf(id), OwnerOnly);
        return new DemoRunDirectory(id, OpenLock(id));
    }

    /// <summary>Whether a run is over: nobody holds its lock, or it never got as far as having one.</summary>
    public static bool IsOver(string id)
    {
        if (!Directory.Exists(DirectoryOf(id)))
        {
            return true;
        }

        try
        {
            OpenLock(id).Dispose();
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    /// <summary>The runs that have a directory.</summary>
    public static IEnumerable<string> Ids() =>
        Directory.Exists(Parent) ? Directory.EnumerateDirectories(Parent).Select(path => Path.GetFileName(path)) : [];

    public static void Remove(string id)
    {
        if (Directory.Exists(DirectoryOf(id)))
        {
            Directory.Delete(DirectoryOf(id), recursive: true);
        }
    }

    public string Namespace(DemoHost host) => $"{DemoLeftovers.NamespacePrefix}{Id}-{host.ToString().ToLowerInvariant()}";

    /// <summary>A directory of its own for one of the hosts: its state, its home.</summary>
    public string For(DemoHost host)
    {
        string path = Path.Combine(FullName, host.ToString().ToLowerInvariant());
        Directory.CreateDirectory(path, OwnerOnly);
        return path;
    }

    public void Dispose()
    {
        Remove(Id);
        _lock.Dispose();
    }

    private static string DirectoryOf(string id) => Path.Combine(Parent, id);

    // FileShare.None is flock(LOCK_EX) here; children do not inherit it, since .NET opens with O_CLOEXEC.
    private static FileStream OpenLock(string id) =>
        new(Path.Combine(DirectoryOf(id), LockFile), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
}
