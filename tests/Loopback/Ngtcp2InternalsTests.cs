using System.Runtime.Versioning;
using Softlan.Platform.Quic.Ngtcp2;
using Softlan.Tests.Roles;
using Xunit;

namespace Softlan.Tests.Loopback;

/// <summary>For whoever updates ngtcp2: softlan works with any version, but only with those that were tested as well as it could.</summary>
[SupportedOSPlatform("linux")]
public sealed class Ngtcp2InternalsTests : IDisposable
{
    private readonly LoopbackParty _party = new();

    public void Dispose() => _party.Dispose();

    [Fact]
    public void TheLibraryThatIsLinked_IsOneThatWasTested() =>
        Assert.True(
            Ngtcp2Internals.AreKnown,
            $"ngtcp2 {Ngtcp2Internals.Version} is new to softlan, which leaves its congestion control alone: see the remarks of Ngtcp2Internals.");

    [Fact]
    public void CongestionWindow_IsFoundOnBothSides()
    {
        (RecordingHandler client, RecordingHandler server) = _party.Join();
        _party.Until(() => IsMeasured(client) && IsMeasured(server), "both have measured a round trip");
        Assert.True(Ngtcp2Connection.FindWindow((QuicConnection)client.Link));
        Assert.True(Ngtcp2Connection.FindWindow((QuicConnection)server.Link));
    }

    [Theory]
    [InlineData(0x010b00, true)]
    [InlineData(0x010b01, false)]
    [InlineData(0x010c00, false)]
    [InlineData(0x010a00, false)]
    [InlineData(0, false)]
    public void IsTested_OnlyThoseVersions(int version, bool isTested) => Assert.Equal(isTested, Ngtcp2Internals.IsTested(version));

    [Fact]
    public void Tell_HoweverManyEngines_SaysItOnce()
    {
        RecordingLogger log = new();
        int wasTold = 0;
        Ngtcp2Internals.Tell(log, ref wasTold);
        Ngtcp2Internals.Tell(log, ref wasTold);
        Assert.StartsWith($"Debug: ngtcp2 {Ngtcp2Internals.Version}: ", Assert.Single(log.Lines), StringComparison.Ordinal);
    }

    private static bool IsMeasured(RecordingHandler handler) => handler.Link.Statistics.LatestRtt > TimeSpan.Zero;
}
