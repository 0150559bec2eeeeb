using System.Net;
using Softlan.Platform;
using Softlan.Wire;

namespace Softlan.Roles.Client;

/// <summary>What differs from one operating system to the next when a player's machine joins a room. Used on the client's lane only.</summary>
/// <remarks>Changes to the machine are noted in the <see cref="HostChanges"/> that the host was made with, so they are undone in reverse, whatever
/// happens.</remarks>
internal interface IClientHost : IDisposable
{
    IRelayRoutes Routes { get; }

    /// <summary>The address at the party, where it was not given on the command line, which is what the status line shows; null while there is
    /// none.</summary>
    IPAddress? ShownAddress { get; }

    /// <summary>The address at the party of which nobody but softlan asks whether another machine has it; null: there is none.</summary>
    IPAddress? AddressToClaim { get; }

    /// <summary>Looks for everything that would fail later anyway: rights, devices, names. Changes nothing. Throws
    /// <see cref="SoftlanException"/>.</summary>
    void CheckReady();

    /// <summary>Undoes what a client that was killed left behind.</summary>
    void CleanLeftovers();

    /// <summary>The MAC that the interface will have.</summary>
    /// <param name="identity">Reads, or makes, the player's own. Not asked where it does not matter.</param>
    MacAddress ChooseMac(Func<MacAddress> identity);

    /// <summary>Calls <paramref name="changed"/> on the lane when routes, addresses or interfaces of the machine changed.</summary>
    void Watch(Action changed);

    /// <summary>Opens the TAP with this MAC. It carries nothing yet. Throws <see cref="SoftlanException"/>.</summary>
    IFramePort OpenPort(MacAddress mac);

    /// <summary>The room has this MTU: the interface gets it, and becomes a card on the party's LAN. Called with each welcome. Throws
    /// <see cref="SoftlanException"/>.</summary>
    void OnJoined(int mtu);

    /// <summary>The gateway is there, for the first time or again: somebody can answer. Throws <see cref="SoftlanException"/>.</summary>
    /// <param name="isNew">False: as far as anybody knows, it was there all along, and only the connection to the relay was lost.</param>
    void OnGatewayPresent(bool isNew);

    /// <summary>The gateway, or the connection to the relay, is gone: nobody can answer.</summary>
    void OnGatewayGone();

    /// <summary>The names of this machine's network cards by their MACs, without the TAP; empty where the system does not say.</summary>
    IReadOnlyDictionary<MacAddress, string> FindCards();

    /// <summary>Looks after what others may have taken away or added; called every few seconds and after changes, once the room was joined.</summary>
    void Maintain();
}
