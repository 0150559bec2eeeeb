using System.Diagnostics;
using System.Net;
using Softlan.Platform;
using Softlan.Wire;

namespace Softlan.Bench;

/// <summary>How fast one link carries datagrams, and what they cost.</summary>
internal static class EngineBench
{
    private static readonly int[] Lengths = [64, 100, 300, 1200, 1400];

    public static void Run(TimeSpan time)
    {
        Console.WriteLine("| datagram, bytes | thousand/s | Gbit/s | sender, ns each | receiver, ns each | lost, % | allocated, bytes per million |");
        Console.WriteLine("| --- | --- | --- | --- | --- | --- | --- |");
        foreach (int length in Lengths)
        {
            Measure(length, time);
        }
    }

    private static void Measure(int length, TimeSpan time)
    {
        using BenchLoop server = new("server");
        using BenchLoop client = new("client");
        Counter received = new();
        (ILinkListener listener, CertificatePin pin) = server.Do(() => Listen(server, received));
        Counter sender = new();
        IFrameLink link = client.Do(() => client.Engine.Connect(
            new ConnectOptions
            {
                RemoteEndPoint = new IPEndPoint(IPAddress.Loopback, listener.LocalEndPoints[0].Port),
                ServerName = "bench",
                Trust = new LinkTrust(pin, null),
            },
            new PeerCounters(),
            sender));
        sender.Connected.Wait(TimeSpan.FromSeconds(10));
        Flood flood = new(client.Loop, link, DatagramHeader.ForFrame(1), new byte[length - DatagramHeader.Length]);
        Thread.Sleep(100); // Path MTU discovery.
        client.Do(() =>
        {
            flood.Begin();
            return 0;
        });
        Thread.Sleep(300); // Slow start.

        (TimeSpan Cpu, long Allocated) serverBefore = server.Usage();
        (TimeSpan Cpu, long Allocated) clientBefore = client.Usage();
        long receivedBefore = received.Count;
        long sentBefore = link.Counters.DatagramsOut;
        Stopwatch watch = Stopwatch.StartNew();
        Thread.Sleep(time);
        double elapsed = watch.Elapsed.TotalSeconds;
        long count = received.Count - receivedBefore;
        long sent = link.Counters.DatagramsOut - sentBefore;
        (TimeSpan Cpu, long Allocated) serverAfter = server.Usage();
        (TimeSpan Cpu, long Allocated) clientAfter = client.Usage();
        flood.IsStopped = true;
        double lost = Math.Max(0, sent - count) * 100.0 / Math.Max(1, sent);
        long allocated = serverAfter.Allocated - serverBefore.Allocated + clientAfter.Allocated - clientBefore.Allocated - Usages;
        Console.WriteLine(
            $"| {length} | {count / elapsed / 1000:0} | {count * length * 8 / elapsed / 1e9:0.00} "
            + $"| {(clientAfter.Cpu - clientBefore.Cpu).TotalNanoseconds / Math.Max(1, sent):0} "
            + $"| {(serverAfter.Cpu - serverBefore.Cpu).TotalNanoseconds / Math.Max(1, count):0} | {lost:0.0} "
            + $"| {Math.Max(0, allocated) * 1_000_000 / Math.Max(1, count)} |");
        server.Do(() =>
        {
            listener.Dispose();
            return 0;
        });
    }

    /// <summary>What asking for the usage itself allocates, at most: two closures, a task and a file's text, on either side.</summary>
    public const long Usages = 2 * 16 * 1024;

    private static (ILinkListener Listener, CertificatePin Pin) Listen(BenchLoop thread, Counter handler)
    {
        ServerCertificate certificate = thread.Engine.GenerateCertificate("bench");
        ListenOptions options = new()
        {
            EndPoint = new IPEndPoint(IPAddress.Loopback, 0),
            Certificate = certificate,
            Secret = new byte[32],
            MaxLinks = 1,
            MaxLinksPerAddress = 1,
        };
        return (thread.Engine.Listen(options, handler), thread.Engine.Inspect(certificate, "the benchmark"));
    }

    /// <summary>Counts what arrives; on one loop, read by others.</summary>
    private sealed class Counter : IFrameLinkHandler, ILinkAcceptor
    {
        private long _count;

        public long Count => Volatile.Read(ref _count);

        public ManualResetEventSlim Connected { get; } = new();

        public IFrameLinkHandler Accept(IFrameLink link) => this;

        public void OnConnected(IFrameLink link) => Connected.Set();

        public void OnControl(IFrameLink link, ReadOnlySpan<byte> message)
        {
            // Nobody sends any.
        }

        public void OnDatagram(IFrameLink link, ReadOnlySpan<byte> datagram) => Volatile.Write(ref _count, _count + 1);

        public void OnClosed(IFrameLink link, LinkClosed closed)
        {
            // The benchmark ends anyway.
        }
    }
}
