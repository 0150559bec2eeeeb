using System.Text.RegularExpressions;
using Xunit;

namespace Softlan.Tests.Architecture;

/// <summary>The arrows of the architecture: Wire knows nobody, Platform knows Wire, Roles knows both, and only Program.cs knows Roles.</summary>
public sealed partial class DependencyTests
{
    [Fact]
    public void Repository_IsWhereTheCompilerSawIt() => Assert.Contains(SourceFile.All, file => file.Path == "Program.cs");

    [Fact]
    public void Wire_KnowsNeitherPlatformNorRoles() => AssertNone(SourceFile.In("Wire"), NamesPlatformOrRoles());

    [Fact]
    public void Wire_IsPure_NoFilesNoSocketsNoThreadsNoClock() => AssertNone(SourceFile.In("Wire"), TouchesTheWorld());

    [Fact]
    public void Platform_DoesNotKnowRoles() => AssertNone(SourceFile.In("Platform"), NamesRoles());

    [Fact]
    public void Roles_AreKnownToProgramAlone() =>
        AssertNone(
            SourceFile.All.Where(file => file.Path != "Program.cs" && !file.Path.StartsWith("Roles/", StringComparison.Ordinal) && !IsTest(file)),
            NamesRoles());

    [Fact]
    public void NativeCallsAndUnsafeCode_LiveInPlatform() =>
        AssertNone(
            SourceFile.All.Where(file => !file.Path.StartsWith("Platform/", StringComparison.Ordinal) && !IsTest(file)),
            CallsNativeCode());

    /// <summary>Where Linux' types may be named beside its folders and the files that are named for it: what only Linux has, and what does a thing
    /// in one way on Linux and in another elsewhere.</summary>
    private static readonly string[] LinuxToo =
    [
        "Platform/Quic/Ngtcp2/",
        "Platform/Quic/MsQuic/MsQuicStatus.cs",
        "Platform/QuicEngines.cs",
        "Platform/PrivateDirectory.cs",
        "Platform/FileErrors.cs",
        "Roles/Demo/",
        "Roles/Hosting/StandardStreams.cs",
    ];

    /// <summary>Windows' types stay in its folders and in the files that are named for it, so that no rule of softlan depends on it.</summary>
    [Fact]
    public void PlatformWindows_IsKnownToWindowsFilesAlone() =>
        AssertNone(SourceFile.All.Where(file => !IsOf("Windows", file) && !IsTest(file)), NamesPlatformWindows());

    [Fact]
    public void PlatformLinux_IsKnownToLinuxFilesAlone() =>
        AssertNone(
            SourceFile.All.Where(file =>
                !IsOf("Linux", file) && !LinuxToo.Any(place => file.Path.StartsWith(place, StringComparison.Ordinal)) && !IsTest(file)),
            NamesPlatformLinux());

    /// <summary>What a client does is one thing, and how each system does it another.</summary>
    [Fact]
    public void Client_KnowsNoSystem() =>
        AssertNone(SourceFile.In("Roles/Client").Where(file => !IsOf("Linux", file) && !IsOf("Windows", file)), NamesClientOfASystem());

    [Fact]
    public void ClientOfASystem_DoesNotKnowTheOther()
    {
        AssertNone(SourceFile.In("Roles/Client/Linux"), NamesWindows());
        AssertNone(SourceFile.In("Roles/Client/Windows"), NamesLinux());
    }

    [Fact]
    public void PlatformWindows_DoesNotKnowLinux() => AssertNone(SourceFile.In("Platform/Windows"), NamesPlatformLinux());

    [Fact]
    public void PlatformLinux_DoesNotKnowWindows() => AssertNone(SourceFile.In("Platform/Linux"), NamesPlatformWindows());

    /// <summary>Names of native libraries stand in one declaration file each: Native, then the library.</summary>
    [Fact]
    public void NativeCallsOfWindows_StandInDeclarationFiles() =>
        AssertNone(
            SourceFile.In("Platform/Windows").Where(file => !Path.GetFileName(file.Path).StartsWith("Native", StringComparison.Ordinal)),
            DeclaresLibraryImport());

    [Fact]
    public void NativeCalls_AreSourceGenerated() => AssertNone(SourceFile.All, DeclaresDllImport());

    [Theory]
    [InlineData("Wire")]
    [InlineData("Platform")]
    [InlineData("Roles")]
    public void Namespace_BeginsWithTheFolder(string folder) =>
        Assert.All(
            SourceFile.In(folder),
            file => Assert.Matches($@"(?m)^namespace Softlan\.{folder}\b", file.Code));

    /// <summary>The arrows are only as good as the search, so the search is tried on what it must and must not find.</summary>
    [Theory]
    [InlineData("using Softlan.Roles.Relay;", true)]
    [InlineData("Roles.Relay.RelayRole role;", true)]
    [InlineData("// see Softlan.Roles.Relay", false)]
    [InlineData("/* Roles.Relay */ int x;", false)]
    [InlineData("string text = \"Roles.Relay\";", false)]
    [InlineData("string text = @\"a\\\"; Roles.Relay.X();", true)]
    [InlineData("char quote = '\"'; Roles.Relay.X();", true)]
    [InlineData("string raw = \"\"\"say \"Roles.X\" \"\"\";", false)]
    [InlineData("peer.Roles.Add(1)", false)]
    public void Search_FindsCodeAndSkipsCommentsAndStrings(string source, bool found) =>
        Assert.Equal(found, NamesRoles().IsMatch(SourceFile.WithoutCommentsAndStrings(source)));

    private static bool IsTest(SourceFile file) => file.Path.StartsWith("tests/", StringComparison.Ordinal);

    /// <summary>Whether a file lies in a system's folder or is named for it.</summary>
    private static bool IsOf(string system, SourceFile file) =>
        file.Path.Contains($"/{system}/", StringComparison.Ordinal) || Path.GetFileName(file.Path).StartsWith(system, StringComparison.Ordinal);

    private static void AssertNone(IEnumerable<SourceFile> files, Regex forbidden) =>
        Assert.Empty(files.SelectMany(file =>
            forbidden.Matches(file.Code).Select(match => $"{file.Path}:{LineOf(file, match.Index)}: {match.Value}")));

    private static int LineOf(SourceFile file, int index) => file.Code.AsSpan(0, index).Count('\n') + 1;

    // Inside namespace Softlan.X a neighbour can be named without "Softlan.".
    [GeneratedRegex(@"(?<![\w.])(Softlan\.)?Roles\.\w|\bSoftlan\.Roles\b")]
    private static partial Regex NamesRoles();

    [GeneratedRegex(@"(?<![\w.])(Softlan\.)?(Platform|Roles)\.\w|\bSoftlan\.(Platform|Roles)\b")]
    private static partial Regex NamesPlatformOrRoles();

    // System.IO and System.Threading are implicit usings, so their types are looked for by name.
    [GeneratedRegex(
        @"\bSystem\.(IO|Threading|Diagnostics\.Process|Net\.(Sockets|Http|Quic|Security|NetworkInformation))\b"
        + @"|\b(File|FileInfo|FileStream|Directory|Path|Stream|StreamReader|StreamWriter|Console|Environment|Process|Dns)\s*[.(]"
        + @"|\b(Thread|ThreadPool|Task|ValueTask|Timer|Monitor|Interlocked|Semaphore|SemaphoreSlim|Socket|UdpClient|TcpClient|HttpClient)\b"
        + @"|\b(lock|await|async|unsafe|fixed|stackalloc\s+\w+\s*\*)\b"
        + @"|\b(DateTime|DateTimeOffset|Stopwatch|Random|RandomNumberGenerator)\b"
        + @"|\bTimeProvider\.System\b|\b(DllImport|LibraryImport|Marshal|MemoryMarshal\.GetReference|NativeMemory)\b")]
    private static partial Regex TouchesTheWorld();

    [GeneratedRegex(@"\b(unsafe|LibraryImport|DllImport|UnmanagedCallersOnly|NativeMemory)\b")]
    private static partial Regex CallsNativeCode();

    [GeneratedRegex(@"\bPlatform\.Windows\b")]
    private static partial Regex NamesPlatformWindows();

    [GeneratedRegex(@"\bPlatform\.Linux\b")]
    private static partial Regex NamesPlatformLinux();

    [GeneratedRegex(@"\b(Platform|Client)\.Windows\b")]
    private static partial Regex NamesWindows();

    [GeneratedRegex(@"\b(Platform|Client)\.Linux\b")]
    private static partial Regex NamesLinux();

    [GeneratedRegex(@"\bClient\.(Linux|Windows)\b")]
    private static partial Regex NamesClientOfASystem();

    [GeneratedRegex(@"\[LibraryImport\b")]
    private static partial Regex DeclaresLibraryImport();

    [GeneratedRegex(@"\bDllImport\b")]
    private static partial Regex DeclaresDllImport();
}
