namespace Softlan.Platform.Quic.MsQuic;

/// <summary>TLS alerts in words (RFC 8446, section 6): QUIC carries their numbers only.</summary>
internal static class TlsAlerts
{
    public static string Name(byte alert) => $"{Words(alert)} (alert {alert})";

    private static string Words(byte alert) => alert switch
    {
        10 => "Unexpected message",
        40 => "Handshake failed",
        42 => "Certificate is bad",
        43 => "Certificate is not supported",
        44 => "Certificate was revoked",
        45 => "Certificate is expired",
        46 => "Unknown certificate",
        47 => "Illegal parameter",
        48 => "CA is unknown",
        49 => "Access was denied",
        50 => "Decode error",
        51 => "Decrypt error",
        70 => "Error in protocol version",
        71 => "Insufficient security",
        80 => "Internal error",
        90 => "User canceled",
        109 => "An extension is missing",
        110 => "An unsupported extension was sent",
        112 => "The server name sent was not recognized",
        116 => "Certificate is required",
        120 => "No supported application protocol could be negotiated",
        _ => "unknown alert",
    };
}
