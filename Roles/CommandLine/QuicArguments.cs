using System.CommandLine;
using Softlan.Platform;

namespace Softlan.Roles.CommandLine;

/// <summary>The option <c>--quic</c>: which QUIC library carries the links.</summary>
internal static class QuicOption
{
    private static readonly ValueKind<QuicEngineKind> Kind = OperatingSystem.IsLinux()
        ? ValueKinds.OneOf("a QUIC library", ("ngtcp2", QuicEngineKind.Ngtcp2), ("msquic", QuicEngineKind.MsQuic))
        : ValueKinds.OneOf("a QUIC library that softlan has on this system", ("msquic", QuicEngineKind.MsQuic));

    /// <summary>Stands for the option, as for every option.</summary>
    public const string Variable = "SOFTLAN_QUIC";

    public static Option<QuicEngineKind> Create() => SoftlanOption.WithDefault(
        "--quic",
        Kind,
        OperatingSystem.IsLinux() ? "ngtcp2|msquic" : "msquic",
        "The QUIC library to use: ngtcp2, which softlan contains on Linux, or msquic, which is part of .NET on Windows and must be installed as libmsquic on Linux. Both understand each other.",
        QuicEngines.Default);
}
