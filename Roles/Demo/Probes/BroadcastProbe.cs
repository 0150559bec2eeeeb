using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Softlan.Roles.Demo.Probes;

/// <summary>What games do to find each other: UDP to 255.255.255.255.</summary>
internal static class BroadcastProbe
{
    private const int Port = 27015;
    private const int MaxLength = 1472;

    // asm-generic/socket.h; the same on x86-64 and arm64.
    private const int SolSocket = 1;
    private const int SoBindToDevice = 25;

    public static void Listen(TextWriter output)
    {
        using Socket socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.Bind(new IPEndPoint(IPAddress.Any, Port));
        output.WriteLine(ProbeCommand.Ready);
        byte[] buffer = new byte[MaxLength];
        while (true)
        {
            int length = socket.Receive(buffer);
            output.WriteLine(Encoding.UTF8.GetString(buffer, 0, length));
        }
    }

    /// <param name="card">The interface to send on: without it the routing table decides, and picks the way to the internet.</param>
    /// <param name="text">What the others print.</param>
    public static void Send(string card, string text)
    {
        using Socket socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { EnableBroadcast = true };
        socket.SetRawSocketOption(SolSocket, SoBindToDevice, Encoding.ASCII.GetBytes(card));
        socket.SendTo(Encoding.UTF8.GetBytes(text), new IPEndPoint(IPAddress.Broadcast, Port));
    }
}
