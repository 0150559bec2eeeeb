using System.Runtime.Versioning;
using Softlan.Platform;
using Softlan.Platform.Linux;
using Softlan.Platform.Quic.MsQuic;
using Softlan.Roles.CommandLine;
using Softlan.Wire;
using Xunit;

namespace Softlan.Tests.Roles.CommandLine;

/// <summary>The choice of the QUIC library.</summary>
[SupportedOSPlatform("linux")]
public sealed class QuicArgumentsTests
{
    [Fact]
    public void Variable_IsTheOptions() => Assert.Equal(QuicArguments.QuicVariable, SoftlanOption.VariableName("--quic"));

    [Fact]
    public void Default_IsTheLibraryInside() => Assert.Equal(QuicEngineKind.Ngtcp2, QuicSettings.Default.Kind);

    [Fact]
    public void Create_MsQuicThatCannotBeLoaded_SaysWhatWasLookedForAndWhatToDo()
    {
        Assert.SkipWhen(MsQuicLibrary.NotSupportedReason is null, "libmsquic is installed here.");
        using EventLoop loop = new();
        SoftlanException e = Assert.Throws<SoftlanException>(() => QuicEngines.Create(new QuicSettings { Kind = QuicEngineKind.MsQuic }, loop));
        Assert.Contains("libmsquic.so.2", e.Message, StringComparison.Ordinal);
        Assert.Contains("Hint:", e.Message, StringComparison.Ordinal);
    }
}
