using System.Net.Sockets;
using System.Runtime.Versioning;

namespace Softlan.Platform.Linux;

/// <summary>Holds a name for one process of this network namespace, in which interfaces have their names too. The kernel lets go of it however the
/// process ends, and nothing is left behind.</summary>
/// <remarks>A socket with an abstract address (unix(7)), to which nobody can connect. Whoever may run programs here could take the name first; what
/// is locked with it is not worth more.</remarks>
[SupportedOSPlatform("linux")]
internal sealed class NamespaceLock : IDisposable
{
    /// <summary>Bytes of sun_path less the first, which is zero and makes the address abstract.</summary>
    public const int MaxNameLength = 107;

    private readonly Socket _socket;

    private NamespaceLock(Socket socket) => _socket = socket;

    /// <summary>Takes the name, if nobody holds it.</summary>
    /// <param name="name">ASCII, at most <see cref="MaxNameLength"/>.</param>
    /// <returns>Null when somebody does.</returns>
    /// <exception cref="SocketException">The kernel refused for another reason.</exception>
    public static NamespaceLock? TakeOrNull(string name)
    {
        Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            socket.Bind(new UnixDomainSocketEndPoint("\0" + name));
            return new NamespaceLock(socket);
        }
        catch (SocketException e)
        {
            socket.Dispose();
            if (e.SocketErrorCode == SocketError.AddressAlreadyInUse)
            {
                return null;
            }

            throw;
        }
    }

    public void Dispose() => _socket.Dispose();
}
