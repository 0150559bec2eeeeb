using System.Text.Unicode;
using Softlan.Wire;
using Softlan.Wire.Control;

namespace Softlan.Platform.Quic;

/// <summary>How links end, in the same words over both engines: what an operator reads, and what the other side is told. Sentences without a full
/// stop.</summary>
internal static class LinkEnds
{
    /// <summary>An exception of a handler: a bug of ours.</summary>
    public const string InternalError = "internal error";

    /// <summary>The control stream lives as long as the link.</summary>
    public const string ControlStreamEnded = "the control stream was ended";

    /// <summary>What <see cref="ControlReader"/> cannot read.</summary>
    public static string ControlLengthInvalid { get; } = $"a control message announced a length outside 1 to {ControlCodec.MaxMessageLength}";

    /// <summary>The other side does not read what it is told.</summary>
    /// <param name="limit">Bytes that it may leave unread.</param>
    public static string ControlUnread(int limit) => $"more than {limit} bytes of control messages were not read";

    /// <summary>A stateless reset.</summary>
    public static LinkClosed Restarted { get; } =
        new(LinkCloseKind.Reset, CloseReason.TimedOut, "the other side restarted and no longer knows this connection");

    /// <summary>A Version Negotiation packet that does not offer version 1.</summary>
    public static LinkClosed OtherVersion { get; } = Refused("the server does not speak QUIC version 1");

    /// <summary>No frame could be sent there.</summary>
    /// <param name="limit">max_datagram_frame_size less the frame's header.</param>
    public static string DatagramsTooShort(int limit) =>
        $"the other side takes DATAGRAM frames of {limit} bytes at most; softlan needs {FrameLimits.MinMaxDatagramLength}";

    /// <param name="alert">Its name.</param>
    public static string TlsRefused(string alert) => $"the other side refused the TLS handshake: {alert}";

    /// <summary>Nothing came for so long.</summary>
    public static LinkClosed Silent(TimeSpan idleTimeout) =>
        new(LinkCloseKind.TimedOut, CloseReason.TimedOut, $"nothing was heard for more than {idleTimeout.TotalSeconds:0} s");

    /// <summary>Packets to it bear a connection id that it no longer knows.</summary>
    public static LinkClosed Unheard { get; } =
        new(LinkCloseKind.TimedOut, CloseReason.TimedOut, "the other side changed its network twice at once and cannot be reached any more");

    /// <summary>The handshake did not come to its end in time.</summary>
    public static LinkClosed Unanswered(int port, TimeSpan handshakeTimeout) =>
        new(LinkCloseKind.TimedOut, CloseReason.TimedOut, $"nothing answered on UDP port {port} within {handshakeTimeout.TotalSeconds:0} s");

    /// <summary>See <see cref="LinkCloseKind.Incomplete"/>.</summary>
    public static LinkClosed Incomplete(int port, TimeSpan handshakeTimeout) => new(
        LinkCloseKind.Incomplete,
        CloseReason.TimedOut,
        $"something answers on UDP port {port}, but no connection came about within {handshakeTimeout.TotalSeconds:0} s");

    /// <summary>See <see cref="LinkCloseKind.NobodyListens"/>.</summary>
    public static LinkClosed NobodyListens(int port) =>
        new(LinkCloseKind.NobodyListens, CloseReason.TimedOut, $"nothing answered on UDP port {port}: the network says that it cannot be reached");

    /// <summary>No packet leaves this machine for there.</summary>
    /// <param name="why">What the operating system said.</param>
    public static LinkClosed Unsendable(string why) => new(LinkCloseKind.Unreachable, CloseReason.TimedOut, $"packets cannot be sent: {why}");

    /// <summary>This machine has no socket for it now: too many open files, no port left, no memory, no IPv6.</summary>
    /// <param name="why">What the operating system said.</param>
    public static LinkClosed NoSocket(string why) => new(LinkCloseKind.NoSocket, CloseReason.TimedOut, $"no UDP socket could be opened: {why}");

    /// <summary>It is not the relay that was meant.</summary>
    /// <param name="why">What is wrong with the certificate.</param>
    public static LinkClosed Untrusted(string why) => new(LinkCloseKind.Untrusted, CloseReason.ProtocolError, why);

    /// <summary>The handshake failed.</summary>
    /// <param name="text">What happened.</param>
    /// <param name="peersText">What the other side added, if anything; as it came.</param>
    public static LinkClosed Refused(string text, string peersText = "") => Describe(LinkCloseKind.Refused, text, peersText);

    /// <summary>CONNECTION_REFUSED (RFC 9000, section 20.1).</summary>
    /// <param name="peersText">What the other side added, if anything; as it came.</param>
    public static LinkClosed Full(string peersText) => Describe(LinkCloseKind.Full, "the other side refuses more connections", peersText);

    /// <summary>INVALID_TOKEN (RFC 9000, section 8.1.3): the handshake's second packet came from another address than the first, or late.</summary>
    /// <param name="peersText">What the other side added, if anything; as it came.</param>
    public static LinkClosed Moved(string peersText) =>
        Describe(LinkCloseKind.Refused, "the address that the relay saw changed during the handshake", peersText);

    /// <summary>The other side's application closed.</summary>
    /// <param name="errorCode">A <see cref="CloseReason"/>, or one that this version does not know.</param>
    /// <param name="peersText">What it wrote, as it came.</param>
    public static LinkClosed ByPeer(ulong errorCode, string peersText)
    {
        CloseReason reason = errorCode <= (ulong)CloseReason.ShuttingDown ? (CloseReason)errorCode : CloseReason.Normal;
        string clean = Clean(peersText);
        return new LinkClosed(LinkCloseKind.ByPeer, reason, clean.Length > 0 ? clean : $"the other side closed ({reason})");
    }

    /// <summary>As UTF-8 for a close packet: what is too long for <see cref="QuicLimits.MaxCloseText"/> is cut between two characters.</summary>
    public static byte[] ToCloseText(string text)
    {
        Span<byte> bytes = stackalloc byte[QuicLimits.MaxCloseText];
        _ = Utf8.FromUtf16(text, bytes, out _, out int length);
        return bytes[..length].ToArray();
    }

    private static LinkClosed Describe(LinkCloseKind kind, string text, string peersText)
    {
        string clean = Clean(peersText);
        return new LinkClosed(kind, CloseReason.ProtocolError, clean.Length > 0 ? $"{text} ({clean})" : text);
    }

    /// <summary>What a peer wrote goes to a terminal and into a log.</summary>
    private static string Clean(string peersText) => PrintableText.Clean(peersText, ControlCodec.MaxTextLength);
}
