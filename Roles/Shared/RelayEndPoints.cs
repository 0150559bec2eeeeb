using System.Diagnostics.CodeAnalysis;
using System.Net;

namespace Softlan.Roles.Shared;

/// <summary>The addresses of one relay and the order to try them in: the one that worked last, then the resolver's order.</summary>
internal sealed class RelayEndPoints(int port)
{
    private IPAddress[] _addresses = [];
    private IPAddress? _worked;
    private int _next;

    public bool IsEmpty => _addresses.Length == 0;

    /// <summary>Whether the address that <see cref="TryNext"/> gave out last ends the round.</summary>
    public bool IsLast => _next >= _addresses.Length;

    /// <summary>Takes over what the resolver said.</summary>
    public void Update(IReadOnlyList<IPAddress> addresses) => _addresses = [.. addresses];

    public void BeginRound()
    {
        _next = 0;
        int worked = _worked is null ? -1 : Array.IndexOf(_addresses, _worked);
        if (worked > 0)
        {
            // Moves it to the front and keeps the order of the others.
            Array.Copy(_addresses, 0, _addresses, 1, worked);
            _addresses[0] = _worked!;
        }
    }

    public bool TryNext([NotNullWhen(true)] out IPEndPoint? endPoint)
    {
        endPoint = IsLast ? null : new IPEndPoint(_addresses[_next++], port);
        return endPoint is not null;
    }

    public void Worked(IPEndPoint endPoint) => _worked = endPoint.Address;
}
