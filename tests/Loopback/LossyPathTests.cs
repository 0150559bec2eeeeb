using System.Diagnostics;
using System.Runtime.Versioning;
using Xunit;

namespace Softlan.Tests.Loopback;

/// <summary>A path of 30 ms that loses packets by chance, as radio links do, while somebody keeps it busy.</summary>
[Collection(WallTimeTests.Name)]
[SupportedOSPlatform("linux")]
public sealed class LossyPathTests : IDisposable
{
    private const int FrameLength = 1300;
    private const int Flight = 20 * FrameLength;

    private readonly LoopbackParty _party = new();

    public void Dispose() => _party.Dispose();

    [Fact]
    public void Window_StaysAboveWhatThePathHasCarried()
    {
        UdpProxy proxy = _party.AddProxy();
        proxy.RoundTrip = TimeSpan.FromMilliseconds(30);
        (RecordingHandler client, RecordingHandler server) = _party.Join(proxy.EndPoint);
        server.KeepDatagrams = false;
        _party.For(TimeSpan.FromMilliseconds(300));
        (long carried, _) = KeepBusy(client, TimeSpan.FromSeconds(1));

        // Over before BBR pauses to measure the round trip, for which it may lower the window.
        proxy.LosesOneIn = 60;
        (_, List<long> windows) = KeepBusy(client, TimeSpan.FromSeconds(3));
        windows.Sort();
        Assert.InRange(client.Link.Statistics.DatagramsLost, 5, 1000);

        // It takes a moment, so half of what is usually in flight. Left to itself BBR is below a third for a tenth of the time and more.
        Assert.InRange(windows[windows.Count / 10], carried / 2, long.MaxValue);
    }

    /// <returns>The median of what is in flight: on a busy machine, which sends nothing for a while and then all at once, the most would say
    /// little.</returns>
    private (long InFlight, List<long> Windows) KeepBusy(RecordingHandler client, TimeSpan time)
    {
        List<long> windows = [];
        List<long> inFlights = [];
        Stopwatch watch = Stopwatch.StartNew();
        while (watch.Elapsed < time)
        {
            long inFlight = client.Link.Statistics.BytesInFlight;
            inFlights.Add(inFlight);
            for (; inFlight < Flight; inFlight += FrameLength)
            {
                client.SendFrame(_party.Loop, FrameLength);
            }

            _party.For(TimeSpan.FromMilliseconds(1));
            windows.Add(client.Link.Statistics.CongestionWindow);
        }

        inFlights.Sort();
        return (inFlights[inFlights.Count / 2], windows);
    }
}
