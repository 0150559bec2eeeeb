using Softlan.Wire;

namespace Softlan.Platform.Linux;

/// <summary>The MACs of guests that send through this host's card beside the host itself: containers and virtual machines on a macvlan or
/// macvtap. The card's switch has them on the very port that players' frames leave by, and sends none back: they are reached from within, as the
/// host is.</summary>
/// <remarks>Asked and told about every frame: a short row that is searched with vectors.</remarks>
internal sealed class GuestAddresses
{
    /// <summary>Guests known at once. When there are more, they give way in turn; players do not reach such a guest until it sends again.</summary>
    public const int Capacity = 64;

    private readonly ulong[] _macs = new ulong[Capacity];
    private int _count;

    /// <summary>Who gives way next once all places are taken.</summary>
    private int _next;

    public bool Contains(MacAddress mac) => _count > 0 && IndexOf(mac) >= 0;

    /// <summary>A frame was heard on the card. What the host sends under another MAC than the card's makes a guest; who is heard from the wire is
    /// none, or has moved there.</summary>
    /// <param name="source">The MAC that sent it.</param>
    /// <param name="origin">Where it was made.</param>
    /// <param name="own">The card's MAC.</param>
    public void OnHeard(MacAddress source, FrameOrigin origin, MacAddress own)
    {
        if (origin == FrameOrigin.SentByThisHost)
        {
            if (source != own && source.IsUsableSource && IndexOf(source) < 0)
            {
                Add(source);
            }
        }
        else if (_count > 0 && IndexOf(source) is >= 0 and int index)
        {
            _macs[index] = _macs[--_count];
        }
    }

    /// <summary>The card is gone, and who was on it with it.</summary>
    public void Clear() => _count = 0;

    private int IndexOf(MacAddress mac) => _macs.AsSpan(0, _count).IndexOf(mac.ToUInt64());

    private void Add(MacAddress mac)
    {
        if (_count < Capacity)
        {
            _macs[_count++] = mac.ToUInt64();
            return;
        }

        _macs[_next] = mac.ToUInt64();
        _next = (_next + 1) % Capacity;
    }
}
