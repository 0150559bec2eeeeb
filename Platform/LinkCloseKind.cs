using Softlan.Wire;

namespace Softlan.Platform;

/// <summary>How a link ended.</summary>
internal enum LinkCloseKind
{
    /// <summary>This side called Close, or found the other side to break the protocol.</summary>
    ByUs,

    /// <summary>The other side closed with a <see cref="CloseReason"/>.</summary>
    ByPeer,

    /// <summary>30 s without a sign of life, no answer at all to the handshake, or none that could arrive from where the other side has
    /// gone.</summary>
    TimedOut,

    /// <summary>Something answered the handshake, but it was not complete in time. Only over ngtcp2; msquic calls it
    /// <see cref="TimedOut"/>.</summary>
    Incomplete,

    /// <summary>The other side does not know the connection any more (stateless reset): it restarted.</summary>
    Reset,

    /// <summary>The handshake was refused: wrong ALPN, no common version, transport error.</summary>
    Refused,

    /// <summary>The other side has as many links as it takes, from this address or in all (CONNECTION_REFUSED).</summary>
    Full,

    /// <summary>The certificate is not the expected one.</summary>
    Untrusted,

    /// <summary>The operating system says that the address cannot be reached.</summary>
    Unreachable,

    /// <summary>The operating system gave no socket to try the address with: nothing has been sent.</summary>
    NoSocket,

    /// <summary>The other side's host, or a firewall before it, says that the port is closed (ICMP); over msquic also that there is no such
    /// host.</summary>
    NobodyListens,
}
