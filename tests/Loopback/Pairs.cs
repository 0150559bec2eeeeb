using System.Runtime.Versioning;

namespace Softlan.Tests.Loopback;

// The same tests over each engine and across them. Where a library is missing they skip and say why.

[SupportedOSPlatform("linux")]
public sealed class LinkOverNgtcp2Tests() : LinkTests(EngineKind.Ngtcp2, EngineKind.Ngtcp2);

[SupportedOSPlatform("linux")]
public sealed class LinkOverMsQuicTests() : LinkTests(EngineKind.MsQuic, EngineKind.MsQuic);

[SupportedOSPlatform("linux")]
public sealed class LinkNgtcp2RelayMsQuicClientTests() : LinkTests(EngineKind.Ngtcp2, EngineKind.MsQuic);

[SupportedOSPlatform("linux")]
public sealed class LinkMsQuicRelayNgtcp2ClientTests() : LinkTests(EngineKind.MsQuic, EngineKind.Ngtcp2);

[SupportedOSPlatform("linux")]
public sealed class ListenerOverNgtcp2Tests() : ListenerTests(EngineKind.Ngtcp2, EngineKind.Ngtcp2);

[SupportedOSPlatform("linux")]
public sealed class ListenerOverMsQuicTests() : ListenerTests(EngineKind.MsQuic, EngineKind.MsQuic);

[SupportedOSPlatform("linux")]
public sealed class ListenerNgtcp2RelayMsQuicClientTests() : ListenerTests(EngineKind.Ngtcp2, EngineKind.MsQuic);

[SupportedOSPlatform("linux")]
public sealed class ListenerMsQuicRelayNgtcp2ClientTests() : ListenerTests(EngineKind.MsQuic, EngineKind.Ngtcp2);

[SupportedOSPlatform("linux")]
public sealed class PathOverNgtcp2Tests() : PathTests(EngineKind.Ngtcp2, EngineKind.Ngtcp2);

[SupportedOSPlatform("linux")]
public sealed class PathOverMsQuicTests() : PathTests(EngineKind.MsQuic, EngineKind.MsQuic);

[SupportedOSPlatform("linux")]
public sealed class PathNgtcp2RelayMsQuicClientTests() : PathTests(EngineKind.Ngtcp2, EngineKind.MsQuic);

[SupportedOSPlatform("linux")]
public sealed class PathMsQuicRelayNgtcp2ClientTests() : PathTests(EngineKind.MsQuic, EngineKind.Ngtcp2);
