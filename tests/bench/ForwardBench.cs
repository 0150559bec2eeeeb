using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using Softlan.Roles.Relay;
using Softlan.Wire;
using Softlan.Wire.Control;

namespace Softlan.Bench;

/// <summary>A whole relay on one thread, two players on another: one sends as fast as it may, the other counts.</summary>
internal static class ForwardBench
{
    private static readonly int[] Lengths = [100, 1200];

    public static void Run(TimeSpan time)
    {
        Console.WriteLine(
            "| frame, bytes | forwarded, thousand/s | relay, ns each | dropped at the relay, % | allocated at the relay, bytes per million |");
        Console.WriteLine("| --- | --- | --- | --- | --- |");
        foreach (int length in Lengths)
        {
            Measure(length, time);
        }
    }

    private static void Measure(int length, TimeSpan time)
    {
        string state = Directory.CreateTempSubdirectory("softlan-bench-").FullName;
        using BenchLoop server = new("relay");
        using BenchLoop players = new("players");
        RelayRole relay = server.Do(() =>
        {
            Softlan.Roles.Relay.RelayOptions options = new()
            {
                Listen = ListenAddress.TryParse("127.0.0.1:0", out ListenAddress? address) ? address : throw new InvalidOperationException(),
                StateDirectory = state,
                ServerName = "bench",
            };
            RelayRole role = new(options, server.Loop, server.Engine, TextWriter.Null, NullLogger.Instance);
            role.Start(static _ => { });
            return role;
        });
        SwarmPeer from = players.Do(() => SwarmPeer.Start(players, relay.EndPoints[0], relay.Pin, "BENCH", 1, PeerRole.Client));
        SwarmPeer to = players.Do(() => SwarmPeer.Start(players, relay.EndPoints[0], relay.Pin, "BENCH", 2, PeerRole.Client));
        SpinWait.SpinUntil(() => from.IsJoined && to.IsJoined, TimeSpan.FromSeconds(10));
        byte[] frame = SwarmPeer.MakeFrame(to.Mac, from.Mac, length);
        Thread.Sleep(200);
        Flood flood = players.Do(() =>
        {
            Flood flood = new(players.Loop, from.Link!, DatagramHeader.ForFrame(0), frame);
            flood.Begin();
            return flood;
        });
        Thread.Sleep(300);

        (TimeSpan Cpu, long Allocated) before = server.Usage();
        (long receivedBefore, long sentBefore) = (to.FramesReceived, from.Link!.Counters.DatagramsOut);
        Stopwatch watch = Stopwatch.StartNew();
        Thread.Sleep(time);
        double elapsed = watch.Elapsed.TotalSeconds;
        long count = to.FramesReceived - receivedBefore;
        long sent = from.Link.Counters.DatagramsOut - sentBefore;
        (TimeSpan Cpu, long Allocated) after = server.Usage();
        flood.IsStopped = true;
        long allocated = Math.Max(0, after.Allocated - before.Allocated - EngineBench.Usages);
        Console.WriteLine(
            $"| {length} | {count / elapsed / 1000:0} | {(after.Cpu - before.Cpu).TotalNanoseconds / Math.Max(1, count):0} "
            + $"| {Math.Max(0, sent - count) * 100.0 / Math.Max(1, sent):0.0} | {allocated * 1_000_000 / Math.Max(1, count)} |");
        server.Do(() =>
        {
            relay.Dispose();
            return 0;
        });
        Directory.Delete(state, recursive: true);
    }
}
