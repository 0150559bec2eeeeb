using System.Runtime.Versioning;
using Softlan.Platform.Windows;
using Xunit;
using Processor = System.Runtime.InteropServices.Architecture;

namespace Softlan.Tests.Platform.Windows;

[SupportedOSPlatform("windows")]
public sealed class AdapterRestartTests
{
    [Theory]
    [InlineData(Processor.X64, Processor.X64, false)]
    [InlineData(Processor.Arm64, Processor.Arm64, false)]
    [InlineData(Processor.Arm64, Processor.X64, true)]
    public void HintOn_ProgramForAnotherProcessor_NamesTheOneForThisPc(Processor system, Processor process, bool isNamed)
    {
        string hint = AdapterRestart.HintOn(system, process);
        Assert.Equal(isNamed, hint.Contains("'publish.ps1 win-arm64' made: this one is for X64", StringComparison.Ordinal));
        Assert.Contains("disable and enable the adapter", hint, StringComparison.Ordinal);
    }
}
