using Softlan.Wire;

namespace Softlan.Roles.Gateway;

/// <summary>What a player may ask the LAN's DHCP servers as long as it is in the room: they have addresses for many, and not for all whose names one
/// player can think of.</summary>
internal sealed class DhcpQuota
{
    /// <summary>Client identifiers under which a player may ask the LAN's DHCP server as long as it is remembered, and as many DUIDs and identity
    /// associations in DHCPv6: a server gives an address to each (RFC 2131, section 4.2; RFC 8415, section 12), so whoever changes his takes them
    /// all. Four are a machine that starts from a PXE ROM and whose owner changes from one DHCP program to another; requests under further ones are
    /// dropped.</summary>
    public const int MaxIdentifiers = 4;

    /// <summary>Addresses that a player may declare to be somebody else's: a server gives none of them to anybody for a while, and offers another
    /// (RFC 2131, section 4.3.3). Further declarations are dropped, and the server's word holds.</summary>
    public const int MaxDeclines = 8;

    // The bytes, up to 255 each, and no hashes of them: the player chooses them, and would choose some that have the same hash.
    private readonly List<byte[]> _identifiers = [];
    private readonly List<byte[]> _duids = [];
    private readonly List<byte[]> _associations = [];
    private int _declines;

    /// <summary>Whether a request may go to the LAN. Remembers what is in it.</summary>
    public bool Take(in DhcpClientMessage request)
    {
        if (!TakeIdentifiers(request))
        {
            return false;
        }

        return !request.IsDecline || _declines++ < MaxDeclines;
    }

    private bool TakeIdentifiers(in DhcpClientMessage request)
    {
        if (!request.IsV6)
        {
            return request.Identifier.IsEmpty || Take(_identifiers, request.Identifier);
        }

        if (!request.Identifier.IsEmpty && !Take(_duids, request.Identifier))
        {
            return false;
        }

        ReadOnlySpan<byte> options = request.Options;
        while (DhcpV6Message.TryTakeOption(ref options, out ushort code, out ReadOnlySpan<byte> value))
        {
            if (DhcpV6Message.IsAssociation(code) && !Take(_associations, value[..DhcpV6Message.AssociationIdLength]))
            {
                return false;
            }
        }

        return true;
    }

    private static bool Take(List<byte[]> taken, ReadOnlySpan<byte> one)
    {
        foreach (byte[] known in taken)
        {
            if (one.SequenceEqual(known))
            {
                return true;
            }
        }

        if (taken.Count == MaxIdentifiers)
        {
            return false;
        }

        taken.Add(one.ToArray());
        return true;
    }
}
