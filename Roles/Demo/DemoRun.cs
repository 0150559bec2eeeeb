using System.Runtime.Versioning;
using Softlan.Roles.Demo.Probes;
using Softlan.Roles.Hosting;

namespace Softlan.Roles.Demo;

/// <summary>The demo from beginning to end: the rows of its table stand here in their order.</summary>
[SupportedOSPlatform("linux")]
internal sealed class DemoRun(DemoOptions options, TextWriter output, CancellationToken stop)
{
    /// <summary>Lines of each part's log that are shown when something failed.</summary>
    private const int LastWords = 8;

    private const string Picture = """

          LAN 10.73.42.0/24                      "internet" 203.0.113.0/24

          lan1 .11 --+                                     +-- .11 alice
                     |-- switch -- .2 gateway .2 -- relay -|
          lan2 .12 --+                                 .1  +-- .12 bob

        """;

    private readonly DemoTable _table = new(output, stop);
    private bool _isOver;

    public int Run()
    {
        output.WriteLine("A LAN party on this machine, each host in a network namespace of its own:");
        output.WriteLine(Picture);
        try
        {
            if (DemoLeftovers.RemoveDeadRuns() is var removed and > 0)
            {
                output.WriteLine($"  Removed what {removed} demo{(removed == 1 ? "" : "s")} that had been killed left behind.");
            }

            using DemoRunDirectory directory = DemoRunDirectory.Create();
            RunIn(directory);
        }
        catch (OperationCanceledException)
        {
            output.WriteLine("  Interrupted; everything was removed.");
            return ExitCodes.Failure;
        }
        catch (DemoFailure failure)
        {
            output.WriteLine($"  The demo itself failed: {failure.Message}");
            return ExitCodes.Failure;
        }

        output.WriteLine(_table.HasFailures ? "\n  Not everything worked; see above." : "\n  Everything worked. bye");
        return _table.HasFailures ? ExitCodes.Failure : ExitCodes.Success;
    }

    private void RunIn(DemoRunDirectory directory)
    {
        DemoNetwork? network = null;
        Essential("seven hosts, a LAN and an internet", () =>
        {
            network = DemoNetwork.Build(directory);
            return null;
        });
        if (network is null)
        {
            return;
        }

        using (network)
        using (DemoParty party = new(directory, network, stop))
        {
            DemoMeasurements measurements = new(directory, network, party, stop);
            Play(network, party, measurements);
            if (_table.HasFailures)
            {
                PrintLastWords(party);
            }

            if (options.Keep)
            {
                Linger(directory, network, party);
            }
        }
    }

    private void Play(DemoNetwork network, DemoParty party, DemoMeasurements measurements)
    {
        Figures plain = default;
        Essential("the plain path, without a tunnel, as the measure of all things", () =>
        {
            measurements.StartTcpServer();
            network.SetPlainPath(open: true);
            plain = new Figures(
                measurements.Ping(DemoHost.Alice, DemoNetwork.Lan1Address.ToString()),
                measurements.Tcp(DemoHost.Alice, isUpload: true),
                measurements.Tcp(DemoHost.Alice, isUpload: false));
            network.SetPlainPath(open: false);
            return $"p50 {DemoTable.Duration(plain.RoundTrips.P50)}, p99 {DemoTable.Duration(plain.RoundTrips.P99)}; "
                + $"TCP {DemoTable.Rate(plain.Upload)} up, {DemoTable.Rate(plain.Download)} down";
        });
        Essential("the relay listens, with a certificate of its own making", party.StartRelay);
        Essential("the gateway bridges the LAN into the room", party.StartGateway);
        string settings = measurements.Settings(DemoHost.Alice);
        Join(party, measurements);
        Talk(party, measurements);
        Measure(measurements, plain);
        if (!options.Keep)
        {
            Optional("alice leaves; her machine is as it was before", () =>
            {
                party.Leave(DemoHost.Alice);
                return measurements.Settings(DemoHost.Alice) == settings
                    ? null
                    : throw new DemoFailure("addresses, routes or rules differ from before");
            });
        }
    }

    private void Join(DemoParty party, DemoMeasurements measurements)
    {
        if (DemoParty.NoDhcpReason is { } reason)
        {
            _table.Skip("DHCP from the LAN; players get fixed addresses instead", reason);
        }
        else
        {
            Essential("lan1 is the LAN's DHCP server", party.StartDhcpServer);
        }

        string how = DemoParty.NoDhcpReason is null ? "gets an address by DHCP" : "gets her address";
        Essential($"alice joins, {how} and has pinged lan1", () =>
        {
            party.Join(DemoHost.Alice);
            measurements.FirstPing(DemoHost.Alice, DemoNetwork.Lan1Address.ToString());
            return party.Addresses[DemoHost.Alice];
        });
        Essential($"bob joins, {how.Replace("her", "his", StringComparison.Ordinal)} and has pinged lan2", () =>
        {
            party.Join(DemoHost.Bob);
            measurements.FirstPing(DemoHost.Bob, DemoNetwork.Lan2Address.ToString());
            return party.Addresses[DemoHost.Bob];
        });
    }

    private void Talk(DemoParty party, DemoMeasurements measurements)
    {
        Optional("lan2 pings alice", () => measurements.FirstPing(DemoHost.Lan2, party.Addresses[DemoHost.Alice]));
        Optional("alice pings bob, player to player", () => measurements.FirstPing(DemoHost.Alice, party.Addresses[DemoHost.Bob]));
        Optional("alice pings the gateway's own machine", () => measurements.FirstPing(DemoHost.Alice, DemoNetwork.LanPrefix + "2"));
        Optional("everybody listens for broadcasts", () =>
        {
            foreach (DemoHost host in (DemoHost[])[DemoHost.Gateway, DemoHost.Lan1, DemoHost.Lan2, DemoHost.Alice, DemoHost.Bob])
            {
                measurements.Listen(host);
            }

            return null;
        });
        Optional("alice's broadcast to 255.255.255.255 reaches everybody", () => measurements.Broadcast(DemoHost.Alice, DemoNetwork.TapInterface));
        Optional("lan2's broadcast reaches everybody", () => measurements.Broadcast(DemoHost.Lan2, "eth0"));
        Optional("the gateway machine's own broadcast reaches everybody", () => measurements.Broadcast(DemoHost.Gateway, DemoNetwork.LanInterface));
    }

    private void Measure(DemoMeasurements measurements, Figures plain)
    {
        Optional("round trip alice <-> lan1", () =>
        {
            RoundTrips trips = measurements.Ping(DemoHost.Alice, DemoNetwork.Lan1Address.ToString());
            string lost = trips.Lost == 0 ? "" : $"; {trips.Lost} of {trips.Sent} lost";
            return $"p50 {DemoTable.Duration(trips.P50)}, p99 {DemoTable.Duration(trips.P99)}: "
                + $"{DemoTable.Duration(trips.P50 - plain.RoundTrips.P50)} and {DemoTable.Duration(trips.P99 - plain.RoundTrips.P99)} "
                + $"added to the plain path{lost}";
        });
        Optional("TCP from alice to lan1", () => DemoTable.Rate(measurements.Tcp(DemoHost.Alice, isUpload: true)));
        Optional("TCP from lan1 to alice", () => DemoTable.Rate(measurements.Tcp(DemoHost.Alice, isUpload: false)));
    }

    private void Essential(string what, Func<string?> work) => _isOver |= !Optional(what, work);

    private bool Optional(string what, Func<string?> work)
    {
        stop.ThrowIfCancellationRequested();
        if (_isOver)
        {
            _table.NotTried(what);
            return false;
        }

        return _table.Step(what, work);
    }

    private void PrintLastWords(DemoParty party)
    {
        foreach (DemoProcess process in party.Processes.Where(process => process.Name is "relay" or "gateway" or "alice" or "bob"))
        {
            output.WriteLine($"\n  The last words of {process.Name}:");
            foreach (string line in process.LastLines(LastWords))
            {
                output.WriteLine($"    {line}");
            }
        }
    }

    private void Linger(DemoRunDirectory directory, DemoNetwork network, DemoParty party)
    {
        output.WriteLine("\n  The party goes on until Ctrl-C. To look around, as root in another terminal:");
        foreach (DemoHost host in Enum.GetValues<DemoHost>())
        {
            string address = party.Addresses.TryGetValue(host, out string? found) ? $"   # {found} on {DemoNetwork.TapInterface}" : "";
            output.WriteLine($"    ip netns exec {network.Namespace(host)} bash{address}");
        }

        output.WriteLine($"  Logs: {directory.FullName}/*.log");
        output.Flush();
        stop.WaitHandle.WaitOne();
    }

    /// <summary>What one path can do. Rates are bits per second of TCP payload.</summary>
    private readonly record struct Figures(RoundTrips RoundTrips, double Upload, double Download);
}
