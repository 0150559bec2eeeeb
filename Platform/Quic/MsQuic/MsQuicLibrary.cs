using System.Runtime.InteropServices;
using Softlan.Wire;

namespace Softlan.Platform.Quic.MsQuic;

/// <summary>msquic as it is found on this machine: on Windows the one that comes with .NET, elsewhere libmsquic. Loaded once and kept until the
/// process ends.</summary>
internal static unsafe class MsQuicLibrary
{
    private const string WindowsName = "msquic.dll";

    private const string LinuxName = "libmsquic.so.2";

    /// <summary>From 2.2 on the table has ConnectionCertificateValidationComplete, without which a certificate cannot be checked off msquic's own
    /// threads.</summary>
    private static readonly Version Oldest = new(2, 2);

    private static readonly Lazy<Loaded> Library = new(Load);

    /// <summary>The library's full path, where it is not to be looked for by its name. To be set before anything else here is used.</summary>
    public static string? Path { get; set; }

    /// <summary>Windows has no TLS 1.3 in Schannel, which msquic needs; the same check as in .NET's own System.Net.Quic.</summary>
    public static bool IsSystemTooOld => OperatingSystem.IsWindows() && !OperatingSystem.IsWindowsVersionAtLeast(10, 0, 20145, 1000);

    /// <summary>Null where msquic can be used; otherwise what was looked for, what is needed, and the next step.</summary>
    public static string? NotSupportedReason => Library.Value.Reason;

    /// <summary>The functions of msquic.</summary>
    public static NativeMsQuic.ApiTable* Api
    {
        get
        {
            Loaded library = Library.Value;
            return library.Reason is null ? library.Api : throw SoftlanException.Create("Cannot use msquic", library.Reason, NextStep);
        }
    }

    private static string Name => OperatingSystem.IsWindows() ? WindowsName : LinuxName;

    private static string NextStep => OperatingSystem.IsWindows()
        ? "use Windows 11 or Windows Server 2022, and the published softlan.exe, which contains msquic"
        : "install libmsquic, or use --quic ngtcp2";

    private static Loaded Load()
    {
        if (IsSystemTooOld)
        {
            return new Loaded(null, $"msquic needs Windows 11 or Windows Server 2022, and this is {Environment.OSVersion.VersionString}");
        }

        if (!NativeLibrary.TryLoad(Path ?? Name, typeof(MsQuicLibrary).Assembly, null, out nint library))
        {
            return new Loaded(null, $"{Name} was not found on this machine, or something that it needs is missing");
        }

        if (!NativeLibrary.TryGetExport(library, "MsQuicOpenVersion", out nint open))
        {
            return new Loaded(null, $"{Name} has no function MsQuicOpenVersion; version {Oldest} or newer is needed");
        }

        // SAFETY: the library is never unloaded, so the function and the table that it gives stay valid.
        void* table = null;
        int status = ((delegate* unmanaged[Cdecl]<uint, void**, int>)open)(NativeMsQuic.QUIC_API_VERSION_2, &table);
        if (MsQuicStatus.IsFailed(status))
        {
            return new Loaded(null, $"{Name} does not open its API: {MsQuicStatus.Text(status)}");
        }

        NativeMsQuic.ApiTable* api = (NativeMsQuic.ApiTable*)table;
        Version? version = ReadVersion(api);
        return version is null || version < Oldest
            ? new Loaded(null, $"{Name} is version {version?.ToString() ?? "unknown"}; {Oldest} or newer is needed")
            : new Loaded(api, null);
    }

    private static Version? ReadVersion(NativeMsQuic.ApiTable* api)
    {
        const int Parts = 4;
        uint* version = stackalloc uint[Parts];
        uint length = Parts * sizeof(uint);
        int status = api->GetParam(0, NativeMsQuic.QUIC_PARAM_GLOBAL_LIBRARY_VERSION, &length, version);
        return MsQuicStatus.IsFailed(status) ? null : new Version((int)version[0], (int)version[1], (int)version[2]);
    }

    private sealed class Loaded(NativeMsQuic.ApiTable* api, string? reason)
    {
        public NativeMsQuic.ApiTable* Api { get; } = api;

        public string? Reason { get; } = reason;
    }
}
