using System.Globalization;
using System.Runtime.Versioning;
using Softlan.Platform.Linux;
using Xunit;

namespace Softlan.Tests.Platform.Linux;

[SupportedOSPlatform("linux")]
public sealed class BootClockTests
{
    /// <summary>The first number of /proc/uptime is the same clock in hundredths of a second.</summary>
    [Fact]
    public void Timestamp_IsTheMachinesUptime()
    {
        BootClock clock = new();
        double before = Uptime();
        double seconds = (double)clock.GetTimestamp() / clock.TimestampFrequency;
        Assert.InRange(seconds, before - 0.1, Uptime() + 0.1);
    }

    private static double Uptime() => double.Parse(File.ReadAllText("/proc/uptime").Split(' ')[0], CultureInfo.InvariantCulture);
}
