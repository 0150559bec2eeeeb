using Microsoft.Extensions.Logging;
using Softlan.Wire;
using Softlan.Wire.Control;

namespace Softlan.Roles.Client;

/// <summary>Notices a machine that is connected to the party in a way in which it should not be, and says it once.</summary>
internal sealed class WiringWatch(ILogger logger)
{
    private IReadOnlyDictionary<MacAddress, string> _cards = new Dictionary<MacAddress, string>();
    private bool _saidForeignSource;
    private bool _saidAtTheParty;

    /// <summary>The room was joined, or the machine's network has changed.</summary>
    /// <param name="cards">This machine's own network cards by MAC, without the TAP.</param>
    public void SetCards(IReadOnlyDictionary<MacAddress, string> cards) => _cards = cards;

    /// <summary>Whether a MAC is that of one of these cards.</summary>
    public bool IsCard(MacAddress mac) => _cards.ContainsKey(mac);

    /// <summary>The TAP has sent a frame under another MAC than its own.</summary>
    public void OnForeignSource(string tap, MacAddress source)
    {
        if (!_saidForeignSource)
        {
            _saidForeignSource = true;
            ClientLog.ForeignSource(logger, tap, source);
        }
    }

    /// <summary>A frame came from the party. Its broadcasts show whether a card of this machine is on its LAN as well.</summary>
    public void OnFrame(ReadOnlySpan<byte> frame, PeerInfo source, string tap)
    {
        if (!_saidAtTheParty
            && source.Role == PeerRole.Gateway
            && MacAddress.Read(frame).IsMulticast
            && _cards.TryGetValue(MacAddress.Read(frame[MacAddress.Length..]), out string? card))
        {
            _saidAtTheParty = true;
            ClientLog.AtTheParty(logger, card, tap);
        }
    }
}
