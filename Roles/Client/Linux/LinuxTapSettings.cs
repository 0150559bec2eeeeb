using System.Net;
using System.Net.Sockets;
using System.Runtime.Versioning;
using Microsoft.Extensions.Logging;
using Softlan.Platform.Linux;
using Softlan.Platform.Linux.Netlink;
using Softlan.Roles.Client.Linux.Dhcp;
using Softlan.Wire;

namespace Softlan.Roles.Client.Linux;

/// <summary>Link, IPv6 settings and IPv4 address of the TAP on Linux.</summary>
/// <remarks>On a TAP that softlan made, nothing needs to be noted: everything goes with it. On one that was there before, each change is noted and
/// put back.</remarks>
/// <param name="netlink">For questions and changes.</param>
/// <param name="undo">Takes back what is not noted.</param>
/// <param name="changes">Where changes are noted.</param>
/// <param name="name">The interface.</param>
/// <param name="wasThere">Whether it was there before this client.</param>
/// <param name="home">Told of an address before it is there.</param>
/// <param name="logger">For what the player should know.</param>
[SupportedOSPlatform("linux")]
internal sealed class LinuxTapSettings(
    NetlinkSocket netlink, IHostUndo undo, HostChanges changes, string name, bool wasThere, LinuxHomeGuard home, ILogger logger) : IAddressSetter
{
    // accept_ra (Documentation/networking/ip-sysctl.rst): 2 accepts advertisements also where forwarding is on.
    private const int AcceptRaThoughForwarding = 2;

    // arp_ignore (the same).
    private const int ArpIgnoreAddressesOfOtherCards = 1;

    private HostChange.AddressAdded? _address;
    private bool _mtuIsNoted;
    private bool _forwardsNothing;
    private bool _forwardingIsNoted;
    private bool _saidForwards;
    private bool _saidForeign;
    private bool _isDown;
    private bool _wasRestored;

    public string Name => name;

    public bool HasAddress => _address is not null;

    /// <summary>The interface as it is now. Throws when somebody deleted it.</summary>
    private LinkEntry Link => NetlinkLinks.Find(netlink, name)
        ?? throw SoftlanException.Create($"Cannot use the TAP '{name}'", "it is gone", "find out who deleted or renamed it, and start again");

    /// <summary>The interface and the addresses as they are now. Throws when somebody deleted it.</summary>
    public TapSnapshot Look() => new(Link, NetlinkAddresses.List(netlink));

    public void SetMtu(int mtu)
    {
        LinkEntry link = Link;
        if (link.Mtu == mtu)
        {
            return;
        }

        void Apply() => NetlinkLinks.SetMtu(netlink, link.Index, mtu).ThrowIfFailed($"Cannot set the MTU of '{name}' to {mtu}");
        if (_mtuIsNoted)
        {
            Apply();
        }
        else
        {
            Make(new HostChange.MtuReplaced(name, link.Mtu), Apply);
            _mtuIsNoted = true;
        }
    }

    public void BringUp()
    {
        LinkEntry link = Link;
        if (!link.IsUp)
        {
            Make(new HostChange.BroughtUp(name), () => NetlinkLinks.SetUp(netlink, link.Index, up: true).ThrowIfFailed($"Cannot bring '{name}' up"));
        }
    }

    /// <summary>Takes addresses from router advertisements and nothing else: no default route, no further routes. To be called before the interface
    /// comes up.</summary>
    public void AcceptAddressesOnly()
    {
        Set(Sysctl.AcceptRaDefaultRouter, 0);
        Set(Sysctl.AcceptRaRouteInformationMaxLength, 0);
        Set(Sysctl.AcceptRaPrefixInformation, 1);

        // A host that forwards (one with containers does) ignores advertisements unless it is told otherwise; at the party it is a host like any
        // other.
        Set(Sysctl.AcceptRa, AcceptRaThoughForwarding);
    }

    /// <summary>Answers nobody at the party who asks for an address of another card: where the party's network is also the player's own, that address
    /// may be another machine's at the party.</summary>
    public void AnswerForOwnAddressesOnly()
    {
        try
        {
            if (Sysctl.Read(name, Sysctl.ArpIgnore) == 0)
            {
                Set(Sysctl.ArpIgnore, ArpIgnoreAddressesOfOtherCards); // Other values are stricter.
            }
        }
        catch (SoftlanException e)
        {
            ClientLog.AnswersForOtherCards(logger, name, e.Message);
        }
    }

    /// <summary>Passes nothing of IPv4 that comes from the party on to another network: a machine that forwards, as one with containers or virtual
    /// machines does, would be a router from the party into the home. Forwarding that is switched on later switches it on for every interface, so
    /// <see cref="Maintain"/> looks again.</summary>
    public void ForwardNothing()
    {
        _forwardsNothing = true;
        KeepFromForwarding();
    }

    /// <summary>Says when somebody took the interface down, and sets an address again that somebody took away: once for each lease or welcome, since
    /// whoever takes it away again means it.</summary>
    /// <returns>How things are after that.</returns>
    public TapSnapshot Maintain()
    {
        TapSnapshot now = Look();
        if (now.Link.IsUp == _isDown)
        {
            _isDown = !now.Link.IsUp;
            if (_isDown)
            {
                ClientLog.TapDown(logger, name);
            }
            else
            {
                ClientLog.TapUpAgain(logger, name);
            }
        }

        if (_forwardsNothing)
        {
            KeepFromForwarding();
        }

        return _address is { } address && !_wasRestored && !now.Has(address.Address, address.PrefixLength) && TryRestore(address, now) ? Look() : now;
    }

    /// <summary>Says once when somebody else gave an IPv4 address to a TAP of softlan's own making; one that was there may have its own.</summary>
    public void TellForeignAddress(TapSnapshot now)
    {
        if (!wasThere && !_saidForeign && now.Own.FirstOrDefault(IsForeign) is { } foreign)
        {
            _saidForeign = true;
            ClientLog.ForeignAddress(logger, name, $"{foreign.Address}/{foreign.PrefixLength}");
        }
    }

    public void SetAddress(IPAddress address, int prefixLength)
    {
        _wasRestored = false;
        Apply(new HostChange.AddressAdded(name, address, prefixLength), Look());
    }

    public void RemoveAddress()
    {
        if (_address is { } address)
        {
            _address = null;
            Undo(address);
        }
    }

    /// <summary>Makes a change; it is noted where it would outlive the TAP.</summary>
    public void Make(HostChange change, Action apply)
    {
        if (wasThere)
        {
            changes.Make(change, apply);
        }
        else
        {
            apply();
        }
    }

    /// <summary>Takes back what <see cref="Make"/> made.</summary>
    public void Undo(HostChange change)
    {
        if (wasThere)
        {
            changes.Undo(change);
        }
        else
        {
            undo.Undo(change);
        }
    }

    /// <summary>A kernel that does not have the setting needs none.</summary>
    private void Set(string setting, int value)
    {
        if (Sysctl.Read(name, setting) is { } old && old != value)
        {
            Make(new HostChange.SettingReplaced(name, setting, old), () => Sysctl.Write(name, setting, value));
        }
    }

    private bool IsForeign(InterfaceAddress address) =>
        address.Address.AddressFamily == AddressFamily.InterNetwork
        && !IPNetworks.IsLinkLocal(address.Address) // That of a manager that got none takes nothing from softlan's.
        && !(_address is { } own && own.Address.Equals(address.Address) && own.PrefixLength == address.PrefixLength);

    private void KeepFromForwarding()
    {
        if (Sysctl.Read(name, Sysctl.Forwarding) is not { } old || old == 0)
        {
            return;
        }

        void Apply() => Sysctl.Write(name, Sysctl.Forwarding, 0);
        try
        {
            if (_forwardingIsNoted)
            {
                Apply();
            }
            else
            {
                Make(new HostChange.SettingReplaced(name, Sysctl.Forwarding, old), Apply);
                _forwardingIsNoted = true;
            }
        }
        catch (SoftlanException e) when (!_saidForwards)
        {
            _saidForwards = true;
            ClientLog.Forwards(logger, name, e.Message);
        }
        catch (SoftlanException)
        {
            // Said.
        }
    }

    private bool TryRestore(HostChange.AddressAdded address, in TapSnapshot now)
    {
        _wasRestored = true;
        try
        {
            Apply(address, now);
            ClientLog.AddressRestored(logger, address.Address, name);
            return true;
        }
        catch (SoftlanException e)
        {
            ClientLog.AddressNotSet(logger, e.Message);
            return false;
        }
    }

    private void Apply(HostChange.AddressAdded wanted, in TapSnapshot now)
    {
        (IPAddress address, int prefixLength) = (wanted.Address, wanted.PrefixLength);
        int index = now.Link.Index;
        bool isThere = now.Has(address, prefixLength);
        if (isThere && wanted == _address)
        {
            return;
        }

        IPNetwork network = IPNetworks.Of(address, prefixLength);
        if (!isThere)
        {
            home.Look(network);
            home.RequireFree(address, network);
        }

        RemoveAddress();
        if (isThere)
        {
            return; // Somebody else's; it stays when softlan ends.
        }

        Make(wanted, () => NetlinkAddresses.Set(netlink, new InterfaceAddress
        {
            InterfaceIndex = index,
            Address = address,
            PrefixLength = prefixLength,
            Broadcast = prefixLength <= 30 ? IPNetworks.LastOf(network) : null,
        }).ThrowIfFailed($"Cannot give '{name}' the address {address}/{prefixLength}"));
        _address = wanted;
    }
}
