using System.Runtime.Versioning;
using Softlan.Platform.Linux;

namespace Softlan.Platform.Quic.Ngtcp2;

/// <summary>What stays of a closed connection: it answers late packets with the one that closed it, ever more rarely (RFC 9000, section
/// 10.2.1).</summary>
[SupportedOSPlatform("linux")]
internal sealed unsafe class CloseShadow
{
    /// <summary>It lives for three probe timeouts (RFC 9000, section 10.2), but not longer than this.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(3);

    private byte[]? _packet;
    private long _latePackets;
    private bool _isUnwanted;

    /// <summary>The packet that closes, a copy of which is kept.</summary>
    public void Keep(ReadOnlySpan<byte> packet) => _packet = packet.ToArray();

    /// <summary>It was nobody's connection yet, and whoever it was may come again at once.</summary>
    public void Waive() => _isUnwanted = true;

    /// <param name="probeTimeout">The connection's last, in nanoseconds.</param>
    /// <returns>In nanoseconds.</returns>
    public long Lifetime(ulong probeTimeout) => _isUnwanted ? 0 : (long)Math.Min(3 * probeTimeout, (ulong)Longest.TotalNanoseconds);

    /// <summary>A late packet has come.</summary>
    /// <param name="transmit">Where the answer goes.</param>
    /// <param name="remote">Who sent it.</param>
    /// <param name="local">From where to answer; null: the socket's own address.</param>
    /// <returns>An answer is to be sent.</returns>
    public bool TryAnswer(UdpTransmitBatch transmit, SockAddr* remote, SockAddr* local)
    {
        if (_packet is null || !long.IsPow2(++_latePackets))
        {
            return false;
        }

        byte* answer = transmit.Reserve(_packet.Length);
        if (answer is null)
        {
            return false;
        }

        _packet.CopyTo(new Span<byte>(answer, _packet.Length));
        transmit.Commit(_packet.Length, remote, local, alone: true);
        return true;
    }
}
