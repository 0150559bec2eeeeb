namespace Softlan.Tests.Loopback;

/// <summary>Which QUIC implementation stands on one side.</summary>
public enum EngineKind
{
    Ngtcp2,
    MsQuic,
}
