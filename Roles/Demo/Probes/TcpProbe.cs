using System.Buffers.Binary;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Softlan.Roles.Demo.Probes;

/// <summary>How fast one TCP connection is. The client says in its first byte who sends; the receiver's count is the result.</summary>
internal static class TcpProbe
{
    private const int Port = 5201;
    private const byte Upload = (byte)'u';
    private const byte Download = (byte)'d';
    private const int BufferLength = 128 * 1024;

    /// <summary>Long enough for slow start to be over on a fast local path, short enough to wait for.</summary>
    private static readonly TimeSpan Length = TimeSpan.FromSeconds(2);

    /// <summary>A connection over which nothing moves for so long is broken.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    public static void Serve(TextWriter output)
    {
        using TcpListener listener = new(IPAddress.Any, Port);
        listener.Start();
        output.WriteLine(ProbeCommand.Ready);
        while (true)
        {
            using Socket socket = listener.AcceptSocket();
            try
            {
                Answer(socket);
            }
            catch (SocketException)
            {
                // That client is gone; the next one is welcome.
            }
        }
    }

    /// <returns>Bits per second of payload.</returns>
    public static double Measure(IPAddress server, bool isUpload)
    {
        using Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        SetTimeouts(socket);
        socket.Connect(server, Port);
        socket.Send([isUpload ? Upload : Download]);
        long start = Stopwatch.GetTimestamp();
        long bytes;
        if (isUpload)
        {
            SendForAWhile(socket);
            byte[] count = new byte[sizeof(long)];
            ReceiveExactly(socket, count);
            bytes = BinaryPrimitives.ReadInt64BigEndian(count);
        }
        else
        {
            bytes = ReceiveToEnd(socket);
        }

        return bytes * 8 / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    private static void Answer(Socket socket)
    {
        SetTimeouts(socket);
        byte[] direction = new byte[1];
        ReceiveExactly(socket, direction);
        if (direction[0] == Download)
        {
            SendForAWhile(socket);
            return;
        }

        byte[] count = new byte[sizeof(long)];
        BinaryPrimitives.WriteInt64BigEndian(count, ReceiveToEnd(socket));
        socket.Send(count);
    }

    private static void SetTimeouts(Socket socket)
    {
        socket.SendTimeout = (int)Patience.TotalMilliseconds;
        socket.ReceiveTimeout = (int)Patience.TotalMilliseconds;
    }

    private static void SendForAWhile(Socket socket)
    {
        byte[] buffer = new byte[BufferLength];
        long start = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(start) < Length)
        {
            socket.Send(buffer);
        }

        socket.Shutdown(SocketShutdown.Send);
    }

    private static long ReceiveToEnd(Socket socket)
    {
        byte[] buffer = new byte[BufferLength];
        long total = 0;
        int length;
        while ((length = socket.Receive(buffer)) > 0)
        {
            total += length;
        }

        return total;
    }

    private static void ReceiveExactly(Socket socket, Span<byte> buffer)
    {
        while (!buffer.IsEmpty)
        {
            int length = socket.Receive(buffer);
            if (length == 0)
            {
                throw new SocketException((int)SocketError.ConnectionReset);
            }

            buffer = buffer[length..];
        }
    }
}
