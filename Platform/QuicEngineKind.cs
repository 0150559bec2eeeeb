namespace Softlan.Platform;

/// <summary>The QUIC implementations that softlan can run on. Both speak QUIC version 1 with datagrams, and with each other.</summary>
internal enum QuicEngineKind
{
    /// <summary>ngtcp2 with GnuTLS, part of the executable on Linux.</summary>
    Ngtcp2,

    /// <summary>msquic: the one inside .NET on Windows, libmsquic where somebody installed it on Linux.</summary>
    MsQuic,
}
