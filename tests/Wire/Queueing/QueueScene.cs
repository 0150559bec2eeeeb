using Softlan.Wire;
using Xunit;
using static Softlan.Tests.Wire.Packets;

namespace Softlan.Tests.Wire.Queueing;

/// <summary>Senders, and a link that sends one datagram of full size a time step.</summary>
public abstract class QueueScene
{
    private protected const string Server = "00:16:3e:00:00:01";
    private protected static readonly TimeSpan Step = TimeSpan.FromMicroseconds(12); // 1500 bytes at 1 Gbit/s.

    /// <summary>To this UDP port somebody begins many conversations.</summary>
    private protected const int ScanPort = 7;

    private protected DatagramPool Pool { get; } = new(0);

    private protected PeerCounters Counters { get; } = new();

    /// <summary>Bytes that left, by who sent them.</summary>
    private protected Dictionary<string, long> Sent { get; } = [];

    private protected TimeSpan Now { get; set; }

    private protected static string Flow(int port) => $"tcp {port}";

    private protected static byte[] Tcp(string source, int port, string destination = Server, int length = 1400)
    {
        byte[] segment = [.. U16(port), .. U16(5201), .. new byte[8], 0x50, 0x10, .. new byte[length]];
        return Ethernet(EtherTypes.IPv4, IPv4(IPProtocols.Tcp, segment), destination, source);
    }

    private protected static byte[] Game(string source) => Ethernet(EtherTypes.IPv4, IPv4(IPProtocols.Udp, Udp(27015, 27015, 150)), Server, source);

    private protected static byte[] Bulk(string source) => Ethernet(EtherTypes.IPv4, IPv4(IPProtocols.Udp, Udp(6881, 6881, 1400)), Server, source);

    private protected DatagramQueue Make(FairBy fairBy) => new(Pool, Counters, fairBy, new QueueLimits(QueueLimits.DefaultMaxAge));

    private protected void Fill(DatagramQueue queue, byte[] frame, int count)
    {
        for (int i = 0; i < count; i++)
        {
            queue.Enqueue(DatagramHeader.ForFrame(1), frame, Now);
        }
    }

    /// <summary>A sender who always has so much waiting, for so long.</summary>
    /// <returns>How many frames left with "congestion experienced".</returns>
    private protected int Stand(DatagramQueue queue, byte[] frame, double waiting, int milliseconds)
    {
        int marked = 0;
        Fill(queue, frame, (int)(TimeSpan.FromMilliseconds(waiting) / Step));
        for (TimeSpan end = Now + TimeSpan.FromMilliseconds(milliseconds); Now < end; Now += Step)
        {
            Fill(queue, frame, 1);
            queue.Settle();
            Assert.True(queue.TryPeek(Now, out Span<byte> datagram));
            marked += (datagram[DatagramHeader.Length + 15] & 3) == 3 ? 1 : 0;
            queue.Dequeue();
        }

        return marked;
    }

    /// <summary>Every sender always has something waiting.</summary>
    private protected void Run(DatagramQueue queue, int steps, params byte[][] senders)
    {
        foreach (byte[] sender in senders)
        {
            Fill(queue, sender, 4);
        }

        for (int i = 0; i < steps; i++)
        {
            string sent = Send(queue);
            queue.Enqueue(DatagramHeader.ForFrame(1), senders.Single(sender => Name(sender) == sent), Now);
        }
    }

    private protected string Send(DatagramQueue queue)
    {
        queue.Settle();
        Assert.True(queue.TryPeek(Now, out Span<byte> datagram));
        string name = Name(datagram[DatagramHeader.Length..]);
        Sent[name] = Sent.GetValueOrDefault(name) + datagram.Length;
        queue.Dequeue();
        return name;
    }

    private protected static string Name(ReadOnlySpan<byte> frame) => frame[23] == IPProtocols.Udp
        ? (frame[36] << 8) + frame[37] == ScanPort ? "scan" : "game"
        : Flow((frame[34] << 8) | frame[35]);

    private protected void AssertShares(double share, params string[] names)
    {
        foreach (string name in names)
        {
            Assert.InRange(Sent[name] / (double)Sent.Values.Sum(), share - 0.05, share + 0.05);
        }
    }
}
