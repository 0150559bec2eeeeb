using System.Buffers.Binary;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Softlan.Wire;
using Softlan.Wire.Offload;

namespace Softlan.Roles.Demo.Probes;

/// <summary>ICMP echo (RFC 792) over a raw socket: the same as ping, with a clock fine enough for a few microseconds.</summary>
internal static class IcmpProbe
{
    private const int HeaderLength = 8;
    private const int PayloadLength = 56;
    private const int MaxIPv4HeaderLength = 60;

    /// <summary>An answer that takes longer counts as lost.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    /// <summary>Between an answer and the next request. Long enough that the machine is idle each time, as between two packets of a game.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(2);

    /// <summary>Pings <paramref name="count"/> times, one after the other.</summary>
    public static RoundTrips Measure(IPAddress target, int count)
    {
        using Socket socket = new(AddressFamily.InterNetwork, SocketType.Raw, ProtocolType.Icmp);
        socket.ReceiveTimeout = (int)Patience.TotalMilliseconds;
        socket.Connect(new IPEndPoint(target, 0));
        byte[] request = new byte[HeaderLength + PayloadLength];
        byte[] answer = new byte[MaxIPv4HeaderLength + request.Length];
        List<TimeSpan> times = new(count);
        for (int sequence = 1; sequence <= count; sequence++)
        {
            WriteEcho(request, (ushort)Environment.ProcessId, (ushort)sequence);
            long start = Stopwatch.GetTimestamp();
            if (TryExchange(socket, request, answer, start))
            {
                times.Add(Stopwatch.GetElapsedTime(start));
            }

            Thread.Sleep(Pause);
        }

        return RoundTrips.From(times, count);
    }

    private static bool TryExchange(Socket socket, byte[] request, byte[] answer, long start)
    {
        try
        {
            socket.Send(request);
            while (Stopwatch.GetElapsedTime(start) < Patience)
            {
                int length = socket.Receive(answer);
                if (IsAnswerTo(request, answer.AsSpan(0, length)))
                {
                    return true;
                }
            }
        }
        catch (SocketException)
        {
            // Nothing came in time, or the neighbour is unknown: lost.
        }

        return false;
    }

    private static void WriteEcho(Span<byte> message, ushort id, ushort sequence)
    {
        const byte EchoRequest = 8;
        message.Clear();
        message[0] = EchoRequest;
        BinaryPrimitives.WriteUInt16BigEndian(message[4..], id);
        BinaryPrimitives.WriteUInt16BigEndian(message[6..], sequence);
        InternetChecksum.WriteFinished(message[2..4], InternetChecksum.Add(0, message));
    }

    // A raw socket gets the IP header too, and the answers to everybody's pings.
    private static bool IsAnswerTo(ReadOnlySpan<byte> request, ReadOnlySpan<byte> packet)
    {
        int headerLength = packet.IsEmpty ? 0 : IPHeader.V4Length(packet[0]);
        return packet.Length == headerLength + request.Length
            && packet[headerLength] == 0
            && packet[(headerLength + 4)..].SequenceEqual(request[4..]);
    }
}
