using System.Runtime.Versioning;
using Softlan.Platform.Linux.Netlink;
using Softlan.Wire;

namespace Softlan.Platform.Linux;

/// <summary>Waits for an interface that vanished to be there again under its name, fit to carry the LAN. Of what keeps it from that, each thing that
/// lasts is told once.</summary>
/// <param name="netlink">For questions.</param>
/// <param name="name">The interface's.</param>
[SupportedOSPlatform("linux")]
internal sealed class InterfaceReturn(NetlinkSocket netlink, string name)
{
    /// <summary>What keeps an interface that has just appeared may pass by itself: the host has yet to bring it up, or to put it into its
    /// bridge.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>Reasons that are told until the interface is back; what comes after them is not.</summary>
    private const int MaxTold = 16;

    private readonly InterfaceCheck _check = new(netlink);
    private readonly HashSet<string> _told = [];
    private TimeSpan _since;
    private string? _reason;

    /// <summary>To be called now and then.</summary>
    /// <param name="now">A time that only goes forward.</param>
    /// <param name="takeUp">Called when the interface is there; may throw <see cref="SoftlanException"/>, and is called again with a later look
    /// then.</param>
    /// <param name="handler">Hears what keeps the interface.</param>
    public void Look(TimeSpan now, Action<LinkEntry> takeUp, IFramePortHandler? handler)
    {
        try
        {
            if (NetlinkLinks.Find(netlink, name) is not { } link)
            {
                _reason = null;
                return;
            }

            _check.Require(link);
            takeUp(link);
            _reason = null;
            _told.Clear();
        }
        catch (SoftlanException refusal)
        {
            // The hint lists other interfaces, which come and go.
            if (refusal.Why != _reason)
            {
                (_reason, _since) = (refusal.Why, now);
            }
            else if (now - _since >= Patience && _told.Count < MaxTold && _told.Add(refusal.Why))
            {
                handler?.OnReturnRefused(refusal);
            }
        }
    }
}
