using System.Diagnostics;
using System.Globalization;
using System.Net;
using Softlan.Platform;
using Softlan.Wire;
using Softlan.Wire.Control;

namespace Softlan.Bench;

/// <param name="Relay">ADDRESS:PORT.</param>
/// <param name="Pin">The relay's pin.</param>
/// <param name="RelayPid">Its process.</param>
/// <param name="Shape">ROOMSxPEERS.</param>
/// <param name="Time">How long game traffic is measured.</param>
/// <param name="Upload">Mbit/s of one player beside the game; 0: none.</param>
internal sealed record SwarmOptions(string Relay, string Pin, int RelayPid, string Shape, TimeSpan Time, double Upload);

/// <summary>Rooms full of players at game traffic: each sends 30 frames of 150 bytes a second, half of them to everybody, half to the gateway; and
/// one player uploads.</summary>
internal sealed class SwarmBench : IDisposable
{
    private const int FramesPerSecond = 30;
    private const int GameFrameLength = 150;
    private const int BulkFrameLength = 1400;

    /// <summary>Handshakes that are under way at once while the rooms fill.</summary>
    private const int JoinsAtOnce = 16;

    /// <summary>Peers that join one by one while the probe plays.</summary>
    private const int LateJoins = 40;

    /// <summary>Their numbers, which make their MACs, begin after those of everybody else.</summary>
    private const int FirstLateNumber = 10_000;

    /// <summary>Those of probes begin here.</summary>
    private const int FirstProbeNumber = 1_000_000;

    private const string ProbedRoom = "ROOM0";

    private static readonly TimeSpan JoinLimit = TimeSpan.FromSeconds(120);
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan ProbeTime = TimeSpan.FromSeconds(4);

    private readonly SwarmOptions _options;
    private readonly BenchLoop _thread = new("swarm");
    private readonly LatencyHistogram _latencies = new();
    private readonly List<SwarmPeer> _peers = [];
    private readonly List<Player> _players = [];
    private readonly IPEndPoint _relay;
    private readonly CertificatePin _pin;
    private readonly int _rooms;
    private readonly int _perRoom;
    private TimeSpan _nextBulk;
    private ILaneTimer? _timer;
    private byte[] _bulk = [];

    private SwarmBench(SwarmOptions options)
    {
        _options = options;
        _relay = IPEndPoint.Parse(options.Relay);
        _pin = CertificatePin.TryParse(options.Pin, out CertificatePin pin) ? pin : throw new ArgumentException($"'{options.Pin}' is not a pin.");
        string[] shape = options.Shape.Split('x');
        _rooms = int.Parse(shape[0], CultureInfo.InvariantCulture);
        _perRoom = int.Parse(shape[1], CultureInfo.InvariantCulture);
    }

    public static int Run(SwarmOptions options)
    {
        using SwarmBench bench = new(options);
        return bench.Measure() ? 0 : 1;
    }

    public void Dispose() => _thread.Dispose();

    private bool Measure()
    {
        if (!WarmUp())
        {
            return false;
        }

        long emptyMemory = Cpu.MemoryOf(_options.RelayPid);
        TimeSpan cpuBeforeJoins = Cpu.OfProcess(_options.RelayPid);
        if (!Join())
        {
            return false;
        }

        int count = _rooms * _perRoom;
        TimeSpan joinCost = (Cpu.OfProcess(_options.RelayPid) - cpuBeforeJoins) / count;
        Thread.Sleep(1000);
        long idleMemory = Cpu.MemoryOf(_options.RelayPid);
        _thread.Do(() =>
        {
            _timer = _thread.Loop.CreateTimer(OnTick);
            OnTick();
            return 0;
        });
        Thread.Sleep(1000);

        (double seconds, long datagrams, long packets, TimeSpan cpu) = Play(_options.Time);
        (TimeSpan p50, TimeSpan p99) = _thread.Do(() => (_latencies.At(0.5), _latencies.At(0.99)));
        (string calm, string joining) = MeasureJoins();
        Console.WriteLine(
            $"| {_rooms} x {_perRoom} | {count} | {datagrams / seconds / 1000:0} | {cpu.TotalSeconds / seconds * 100:0} "
            + $"| {cpu.TotalMicroseconds / Math.Max(1, datagrams):0.00} | {cpu.TotalMicroseconds / Math.Max(1, packets):0.00} "
            + $"| {p50.TotalMilliseconds:0.00} | {p99.TotalMilliseconds:0.00} | {joinCost.TotalMilliseconds:0.00} | {calm} | {joining} "
            + $"| {(idleMemory - emptyMemory) / 1024.0 / count:0.0} | {Cpu.MemoryOf(_options.RelayPid) / 1048576.0:0} |");
        return true;
    }

    /// <summary>Joins a room again and again, from a process of its own.</summary>
    public static int RunJoins(string relay, string pin, string room)
    {
        using BenchLoop thread = new("joins");
        IPEndPoint address = IPEndPoint.Parse(relay);
        CertificatePin trusted = CertificatePin.TryParse(pin, out CertificatePin parsed)
            ? parsed
            : throw new ArgumentException($"'{pin}' is not a pin.");
        for (int i = 0; i < LateJoins; i++)
        {
            int number = FirstLateNumber + i;
            SwarmPeer late = thread.Do(() => SwarmPeer.Start(thread, address, trusted, room, number, PeerRole.Client));
            SpinWait.SpinUntil(() => late.IsJoined || late.Ended is not null, TimeSpan.FromSeconds(5));
            if (!late.IsJoined)
            {
                Console.Error.WriteLine($"Not everybody could join late: {late.Ended ?? "no answer"}");
                return 1;
            }

            Thread.Sleep(50);
        }

        return 0;
    }

    /// <returns>Datagrams: what the relay forwarded. Packets: what it received and sent for that, acknowledgements included; a room of four needs
    /// three times as many for each datagram as one of two hundred.</returns>
    private (double Seconds, long Datagrams, long Packets, TimeSpan Cpu) Play(TimeSpan time)
    {
        long Received() => _peers.Sum(peer => peer.FramesReceived);
        long Packets() => _thread.Do(() => _peers.Sum(peer => peer.Link!.Statistics is var link ? link.PacketsSent + link.PacketsReceived : 0));
        _thread.Do(() =>
        {
            _latencies.Clear();
            return 0;
        });
        long before = Received();
        long packetsBefore = Packets();
        TimeSpan cpuBefore = Cpu.OfProcess(_options.RelayPid);
        Stopwatch watch = Stopwatch.StartNew();
        Thread.Sleep(time);
        TimeSpan cpu = Cpu.OfProcess(_options.RelayPid) - cpuBefore;
        return (watch.Elapsed.TotalSeconds, Received() - before, Packets() - packetsBefore, cpu);
    }

    /// <summary>What the very first peer costs (code that is read from the disk, pools that begin) is not what a peer costs. It stays, in a room of
    /// its own.</summary>
    private bool WarmUp()
    {
        SwarmPeer first = _thread.Do(() => SwarmPeer.Start(_thread, _relay, _pin, "FIRST", 1, PeerRole.Client));
        SpinWait.SpinUntil(() => first.IsJoined || first.Ended is not null, TimeSpan.FromSeconds(5));
        if (!first.IsJoined)
        {
            Console.Error.WriteLine($"The first could not join: {first.Ended ?? "no answer"}");
        }

        Thread.Sleep(500);
        return first.IsJoined;
    }

    private bool Join()
    {
        Stopwatch watch = Stopwatch.StartNew();
        for (int room = 0; room < _rooms; room++)
        {
            for (int number = 0; number < _perRoom; number++)
            {
                SpinWait.SpinUntil(() => _peers.Count(peer => !peer.IsJoined) < JoinsAtOnce || watch.Elapsed > JoinLimit);
                Add($"ROOM{room}", number, _latencies);
            }
        }

        SpinWait.SpinUntil(() => _peers.TrueForAll(peer => peer.IsJoined || peer.Ended is not null) || watch.Elapsed > JoinLimit);
        if (_peers.Find(peer => !peer.IsJoined) is { } outside)
        {
            Console.Error.WriteLine($"Not everybody could join: {outside.Ended ?? "no answer"}");
            return false;
        }

        return true;
    }

    private SwarmPeer Add(string room, int number, LatencyHistogram? latencies)
    {
        PeerRole role = number == 0 ? PeerRole.Gateway : PeerRole.Client;
        SwarmPeer peer = _thread.Do(() => SwarmPeer.Start(_thread, _relay, _pin, room, number, role, latencies));
        _peers.Add(peer);
        if (role == PeerRole.Client)
        {
            MacAddress lan = MacAddress.FromUInt64(0x00_16_3e_00_00_01);
            Player player = new(
                peer,
                SwarmPeer.MakeFrame(MacAddress.Broadcast, peer.Mac, GameFrameLength),
                SwarmPeer.MakeFrame(lan, peer.Mac, GameFrameLength));
            _thread.Do(() =>
            {
                _players.Add(player);
                return 0;
            });
        }

        return peer;
    }

    /// <summary>How late frames are in a room: one player sends to another every millisecond. Prints median, p99 and the longest.</summary>
    public static int RunProbe(string relay, string pin, string room, TimeSpan time)
    {
        using BenchLoop thread = new("probe");
        IPEndPoint address = IPEndPoint.Parse(relay);
        CertificatePin trusted = CertificatePin.TryParse(pin, out CertificatePin parsed)
            ? parsed
            : throw new ArgumentException($"'{pin}' is not a pin.");
        int number = FirstProbeNumber + (2 * Environment.ProcessId); // The MACs of a probe before this one may still have their place.
        LatencyHistogram latencies = new();
        SwarmPeer sender = thread.Do(() => SwarmPeer.Start(thread, address, trusted, room, number, PeerRole.Client));
        SwarmPeer receiver = thread.Do(() => SwarmPeer.Start(thread, address, trusted, room, number + 1, PeerRole.Client, latencies));
        SpinWait.SpinUntil(() => sender.IsJoined && receiver.IsJoined, TimeSpan.FromSeconds(5));
        if (!sender.IsJoined || !receiver.IsJoined)
        {
            Console.Error.WriteLine($"The probe could not join: {sender.Ended ?? receiver.Ended ?? "no answer"}");
            return 1;
        }

        byte[] frame = SwarmPeer.MakeFrame(receiver.Mac, sender.Mac, GameFrameLength);
        byte[] back = SwarmPeer.MakeFrame(sender.Mac, receiver.Mac, GameFrameLength);
        ILaneTimer timer = thread.Do(() =>
        {
            ILaneTimer? ticks = null;
            ticks = thread.Loop.CreateTimer(() =>
            {
                ticks!.Set(Tick);
                sender.Send(frame);
            });
            receiver.Send(back); // Now the relay knows where both are.
            ticks.Set(Tick);
            return ticks;
        });
        Thread.Sleep(500);
        thread.Do(() =>
        {
            latencies.Clear();
            return 0;
        });
        Console.WriteLine(); // It has begun.
        Thread.Sleep(time);
        Console.WriteLine(thread.Do(() =>
        {
            timer.Dispose();
            (TimeSpan p50, TimeSpan p99) = (latencies.At(0.5), latencies.At(0.99));
            return FormattableString.Invariant(
                $"{p50.TotalMilliseconds:0.00} / {p99.TotalMilliseconds:0.00} / {latencies.Longest.TotalMilliseconds:0.00}");
        }));
        return 0;
    }

    /// <summary>How late frames are while nobody joins their room, and while somebody does.</summary>
    /// <remarks>The game pauses, since otherwise this machine's cores would be full and the figures this program's. The probe and those who join are
    /// processes of their own: what the others allocate when they hear of somebody must not stop the probe, and those who join let everybody else go
    /// first.</remarks>
    private (string Calm, string Joining) MeasureJoins()
    {
        _thread.Do(() =>
        {
            _timer!.Cancel();
            return 0;
        });
        string calm = Probe(null);
        string joining = Probe(() =>
        {
            using Process joins = Process.Start(
                Environment.ProcessPath!,
                ["joins", "--relay", _options.Relay, "--pin", _options.Pin, "--room", ProbedRoom]);
            joins.PriorityClass = ProcessPriorityClass.Idle;
            joins.WaitForExit(TimeSpan.FromSeconds(60));
        });
        return (calm, joining);
    }

    private string Probe(Action? meanwhile)
    {
        string seconds = ProbeTime.TotalSeconds.ToString(CultureInfo.InvariantCulture);
        ProcessStartInfo start = new(
            Environment.ProcessPath!,
            ["probe", "--relay", _options.Relay, "--pin", _options.Pin, "--room", ProbedRoom, "--seconds", seconds])
        {
            RedirectStandardOutput = true,
        };
        using Process probe = Process.Start(start)!;
        probe.StandardOutput.ReadLine();
        meanwhile?.Invoke();
        string result = probe.StandardOutput.ReadToEnd().Trim();
        probe.WaitForExit();
        return result;
    }

    private void OnTick()
    {
        _timer!.Set(Tick);
        TimeSpan now = _thread.Loop.Now;
        foreach (Player player in _players)
        {
            player.Play(now);
        }

        // Its first player also uploads.
        if (_options.Upload > 0 && _players.Count > 0 && _players[0].Peer.IsJoined)
        {
            _bulk = _bulk.Length > 0 ? _bulk : SwarmPeer.MakeFrame(MacAddress.FromUInt64(0x00_16_3e_00_00_01), _players[0].Peer.Mac, BulkFrameLength);
            _nextBulk = _nextBulk == TimeSpan.Zero ? now : _nextBulk;
            for (; _nextBulk <= now; _nextBulk += TimeSpan.FromSeconds(BulkFrameLength * 8 / (_options.Upload * 1e6)))
            {
                _players[0].Peer.Link!.Send(DatagramHeader.ForFrame(0), _bulk);
            }
        }
    }

    private sealed class Player(SwarmPeer peer, byte[] toAll, byte[] toGateway)
    {
        private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1.0 / FramesPerSecond);

        private TimeSpan _next;
        private bool _isBroadcast;

        public SwarmPeer Peer { get; } = peer;

        public void Play(TimeSpan now)
        {
            if (_next == TimeSpan.Zero)
            {
                _next = now + (Interval * Random.Shared.NextDouble());
            }

            if (_next > now || !Peer.IsJoined)
            {
                return;
            }

            _next += Interval;
            _isBroadcast = !_isBroadcast;
            Peer.Send(_isBroadcast ? toAll : toGateway);
        }
    }
}
