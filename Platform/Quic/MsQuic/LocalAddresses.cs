using System.Net;
using System.Net.Sockets;

namespace Softlan.Platform.Quic.MsQuic;

/// <summary>Asks the operating system from which address it would send.</summary>
internal static class LocalAddresses
{
    /// <returns>The address, according to the routes of this moment; null where none leads there. Nothing is sent.</returns>
    public static IPAddress? FindSource(IPEndPoint remote)
    {
        try
        {
            using Socket socket = new(remote.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
            socket.Connect(remote);
            return (socket.LocalEndPoint as IPEndPoint)?.Address;
        }
        catch (SocketException)
        {
            return null;
        }
    }
}
