using Softlan.Wire;

namespace Softlan.Roles.Gateway;

/// <summary>Under which names players may ask the LAN's DHCP servers: each under some of its own, and nobody under those of a machine that is
/// there. A server goes by the name, and whoever has another's takes its address, or gives it back.</summary>
internal sealed class DhcpGuard
{
    /// <summary>Machines on the LAN whose names are kept: more than a party has. When there are more, they give way in turn; a player may ask under
    /// such a name until the machine asks again.</summary>
    public const int MaxNames = 512;

    private readonly List<(byte[] Name, MacAddress Machine)> _names = [];

    /// <summary>Who gives way next once all places are taken.</summary>
    private int _next;

    /// <summary>The LAN said something to all. What a machine asks so, with its name in it, players hear as well.</summary>
    public void OnHeard(ReadOnlySpan<byte> frame, MacAddress source, PlayerMacs macs, TimeSpan now)
    {
        // A name that is a MAC is nobody else's by the safety policy.
        if (!DhcpClientMessage.TryFind(frame, out DhcpClientMessage request)
            || request.Name.IsEmpty
            || (!request.IsV6 && DhcpClientIdentifier.TryGetMac(request.Identifier, out _))
            || !macs.IsOnLan(source, now))
        {
            return;
        }

        int index = IndexOf(request.Name);
        if (index >= 0)
        {
            _names[index] = (_names[index].Name, source);
        }
        else if (_names.Count < MaxNames)
        {
            _names.Add((request.Name.ToArray(), source));
        }
        else
        {
            _names[_next] = (request.Name.ToArray(), source);
            _next = (_next + 1) % MaxNames;
        }
    }

    /// <summary>Judges a frame of a player's, which goes to the LAN unless it is a DHCP request that is too much.</summary>
    /// <param name="frame">Has passed <see cref="SafetyPolicy"/>.</param>
    /// <param name="quota">The player's.</param>
    /// <param name="macs">Who is there.</param>
    /// <param name="now">The lane's time.</param>
    public DropReason Check(ReadOnlySpan<byte> frame, DhcpQuota quota, PlayerMacs macs, TimeSpan now)
    {
        if (!DhcpClientMessage.TryFind(frame, out DhcpClientMessage request))
        {
            return DropReason.None;
        }

        if (!request.Name.IsEmpty && IndexOf(request.Name) is >= 0 and int index && macs.IsOnLan(_names[index].Machine, now))
        {
            return DropReason.ArpSpoof;
        }

        return quota.Take(request) ? DropReason.None : DropReason.RateLimited;
    }

    private int IndexOf(ReadOnlySpan<byte> name)
    {
        for (int i = 0; i < _names.Count; i++)
        {
            if (name.SequenceEqual(_names[i].Name))
            {
                return i;
            }
        }

        return -1;
    }
}
