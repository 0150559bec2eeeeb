using System.Globalization;
using System.Runtime.Versioning;
using Softlan.Roles.Demo.Probes;

namespace Softlan.Roles.Demo;

/// <summary>What the demo measures, by probes in the namespaces of its hosts.</summary>
[SupportedOSPlatform("linux")]
internal sealed class DemoMeasurements(DemoRunDirectory directory, DemoNetwork network, DemoParty party, CancellationToken stop)
{
    /// <summary>About a second of pings.</summary>
    private const int RoundTripCount = 300;

    /// <summary>A broadcast has no acknowledgement, so a game repeats it as well.</summary>
    private const int BroadcastAttempts = 4;

    private static readonly TimeSpan ReadyLimit = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan FirstPingLimit = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan HearingTime = TimeSpan.FromMilliseconds(500);

    private readonly Dictionary<DemoHost, DemoProcess> _listeners = [];
    private int _broadcasts;

    /// <summary>Pings until the first answer; the neighbour's address may have to be found first.</summary>
    public string? FirstPing(DemoHost from, string to)
    {
        long deadline = Environment.TickCount64 + (long)FirstPingLimit.TotalMilliseconds;
        while (Environment.TickCount64 < deadline)
        {
            stop.ThrowIfCancellationRequested();
            if (Ping(from, to, 1) is { Lost: 0 } trips)
            {
                return DemoTable.Duration(trips.P50);
            }
        }

        throw new DemoFailure($"no answer within {FirstPingLimit.TotalSeconds:0} s");
    }

    public RoundTrips Ping(DemoHost from, string to, int count = RoundTripCount)
    {
        string line = Probe(from, "ping", to, count.ToString(CultureInfo.InvariantCulture));
        return RoundTrips.TryParse(line.Trim(), out RoundTrips trips) ? trips : throw new DemoFailure($"the probe said '{line}'");
    }

    /// <returns>Bits per second between <paramref name="from"/> and the first host on the LAN.</returns>
    public double Tcp(DemoHost from, bool isUpload)
    {
        string line = Probe(from, "tcp", DemoNetwork.Lan1Address.ToString(), isUpload ? "true" : "false");
        return double.TryParse(line, CultureInfo.InvariantCulture, out double rate) ? rate : throw new DemoFailure($"the probe said '{line}'");
    }

    public void StartTcpServer() =>
        party.Keep(DemoProcess.StartSoftlan(directory, DemoHost.Lan1, "tcp-serve", ProbeCommand.Name, "tcp-serve"))
            .WaitForLine(ProbeCommand.Ready, ReadyLimit, stop);

    /// <summary>Makes a host listen for broadcasts.</summary>
    public void Listen(DemoHost host)
    {
        DemoProcess listener = party.Keep(DemoProcess.StartSoftlan(directory, host, $"listen-{host}", ProbeCommand.Name, "listen"));
        listener.WaitForLine(ProbeCommand.Ready, ReadyLimit, stop);
        _listeners[host] = listener;
    }

    /// <summary>Sends a broadcast and waits until every other listener has it. Throws <see cref="DemoFailure"/> that names those who did
    /// not.</summary>
    public string? Broadcast(DemoHost from, string card)
    {
        string text = string.Create(CultureInfo.InvariantCulture, $"hello {++_broadcasts} from {from}");
        DemoHost[] Deaf() =>
        [
            .. _listeners
                .Where(listener => listener.Key != from && !listener.Value.HasSaid(text))
                .Select(listener => listener.Key)
        ];
        for (int attempt = 1; attempt <= BroadcastAttempts; attempt++)
        {
            Probe(from, "shout", card, text);
            long deadline = Environment.TickCount64 + (long)HearingTime.TotalMilliseconds;
            while (Environment.TickCount64 < deadline)
            {
                stop.ThrowIfCancellationRequested();
                if (Deaf().Length == 0)
                {
                    return attempt == 1 ? null : $"at attempt {attempt}";
                }

                Thread.Sleep(5);
            }
        }

        throw new DemoFailure($"not heard by {string.Join(", ", Deaf()).ToLowerInvariant()}");
    }

    /// <summary>All that a host's network settings are made of, to compare before and after.</summary>
    public string Settings(DemoHost host) => string.Concat(
        network.Ip(host, "-j", "addr", "show"),
        network.Ip(host, "-4", "-j", "route", "show", "table", "all"),
        network.Ip(host, "-6", "-j", "route", "show", "table", "all"),
        network.Ip(host, "-j", "rule", "show"));

    private string Probe(DemoHost from, params string[] arguments) =>
        SystemTools.Run(["ip", "netns", "exec", network.Namespace(from), .. DemoProcess.Self, ProbeCommand.Name, .. arguments]);
}
