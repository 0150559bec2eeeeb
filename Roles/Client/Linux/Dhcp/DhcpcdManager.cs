using System.Net.Sockets;
using Softlan.Wire;

namespace Softlan.Roles.Client.Linux.Dhcp;

/// <summary>The dhcpcd that looks after this machine's network, where one does. A second one hands its interface over to it and ends well, and what
/// the first then gets for the TAP never reaches softlan.</summary>
internal static class DhcpcdManager
{
    /// <summary>Where it listens, by version: control.h of dhcpcd 9 and later, and of those before.</summary>
    private static readonly string[] Sockets = ["/run/dhcpcd/sock", "/run/dhcpcd/unpriv.sock", "/run/dhcpcd.sock", "/run/dhcpcd.unpriv.sock"];

    /// <param name="program">The DHCP client that was chosen.</param>
    /// <param name="listens">Whether somebody listens at a path.</param>
    /// <exception cref="SoftlanException">It is dhcpcd, and one manages this machine's network.</exception>
    public static void RequireNone(DhcpProgram program, Func<string, bool> listens)
    {
        if (program.Kind == DhcpProgramKind.Dhcpcd && Sockets.FirstOrDefault(listens) is { } socket)
        {
            throw SoftlanException.Create(
                "Cannot ask the party's DHCP for an address",
                $"dhcpcd, the only DHCP client here, manages this machine's network already ({socket}) and would keep the party's address to itself",
                $"install another ({DhcpProgramFinder.Others}), or {ClientAddress.Advice}");
        }
    }

    /// <summary>A socket that was left behind is none.</summary>
    public static bool Listens(string path)
    {
        if (!File.Exists(path))
        {
            return false;
        }

        try
        {
            using Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            socket.Connect(new UnixDomainSocketEndPoint(path));
            return true;
        }
        catch (SocketException e)
        {
            return e.SocketErrorCode == SocketError.AccessDenied;
        }
    }
}
