using System.Runtime.Versioning;

namespace Softlan.Platform.Quic.Ngtcp2;

/// <summary>The other side's connection ids that packets to it may bear: those that ngtcp2 uses, and those that it retired a moment ago.</summary>
/// <remarks>After <see cref="Ngtcp2Engine.TolerateRetiredId"/> ngtcp2 can fall back to an id that it retired. The other side ignores whatever bears
/// it, CONNECTION_CLOSE too.</remarks>
/// <param name="lane">The connection's.</param>
/// <param name="removed">Called on it, outside of ngtcp2, when an id must not be used any more.</param>
[SupportedOSPlatform("linux")]
internal sealed unsafe class PeerCids(ILane lane, Action removed)
{
    // As few as ngtcp2 has for the current path, for one that is being validated with the one before, and retired (ngtcp2_conn_get_active_dcid).
    private readonly List<CidKey> _usable = new(2);
    private bool _hasBegun;

    /// <summary>A callback of ngtcp2: an id is in use from now on.</summary>
    /// <returns>False: a relay that takes its first id back before the handshake is complete here is not kept. ngtcp2 asserts that the first is still
    /// in use then (conn_write_handshake), and the process would end.</returns>
    public bool TryUse(ulong sequence, CidKey cid)
    {
        bool isTooEarly = sequence != 0 && !_hasBegun;
        _hasBegun = true;
        _usable.Add(cid);
        return !isTooEarly;
    }

    /// <summary>A callback of ngtcp2: an id is not counted any more: it was retired a while ago (a probe timeout), or two
    /// more have been since.</summary>
    public void Remove(CidKey cid)
    {
        _usable.Remove(cid);
        lane.Post(removed);
    }

    /// <summary>Whether the other side takes packets for this connection's.</summary>
    /// <param name="connection">ngtcp2_conn.</param>
    public bool HasCurrent(nint connection) => _usable.Contains(CidKey.From(NativeNgtcp2.ConnGetDcid(connection)));
}
