using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Softlan.Platform.Quic.MsQuic;
using Xunit;

namespace Softlan.Tests.Platform.Quic;

/// <summary>The structs of msquic.h as C# mirrors them.</summary>
/// <remarks>
/// The numbers come from the header of msquic 2.5.10. Distributions do not package it, so they were taken by hand, once, with sizeof and offsetof:
/// gcc for linux-x64, and the same as _Static_assert with x86_64-w64-mingw32-gcc for win-x64. Both agree on every number below.
/// </remarks>
public sealed unsafe class MsQuicLayoutTests
{
    [Fact]
    public void Structs_AreAsLargeAsTheHeaderSays()
    {
        Assert.Equal(16, sizeof(NativeMsQuic.Buffer));
        Assert.Equal(16, sizeof(NativeMsQuic.RegistrationConfig));
        Assert.Equal(56, sizeof(NativeMsQuic.CredentialConfig));
        Assert.Equal(24, sizeof(NativeMsQuic.Pkcs12));
        Assert.Equal(72, sizeof(NativeMsQuic.NewConnectionInfo));
        Assert.Equal(24, sizeof(NativeMsQuic.StatelessRetryConfig));
        Assert.Equal(144, sizeof(NativeMsQuic.Settings));
        Assert.Equal(24, sizeof(NativeMsQuic.ListenerCounts));
        Assert.Equal(24, sizeof(NativeMsQuic.ListenerEvent));
        Assert.Equal(40, sizeof(NativeMsQuic.StreamEvent));
        Assert.Equal(28, sizeof(QuicAddress));
        Assert.Equal(QuicAddress.Length, sizeof(QuicAddress));

        // QUIC_STATISTICS_V2_SIZE_2: up to DestCidUpdateCount.
        Assert.Equal(196, sizeof(NativeMsQuic.Statistics));

        // 56 with the members that stand behind QUIC_API_ENABLE_PREVIEW_FEATURES, which softlan does not read.
        Assert.Equal(32, sizeof(NativeMsQuic.ConnectionEvent));

        // Up to ConnectionCertificateValidationComplete, the last function of version 2.2.
        Assert.Equal(248, sizeof(NativeMsQuic.ApiTable));
    }

    [Fact]
    public void ApiTable_FunctionsStandWhereTheHeaderSays()
    {
        Assert.Equal(24, Offset<NativeMsQuic.ApiTable>(nameof(NativeMsQuic.ApiTable.SetParam)));
        Assert.Equal(40, Offset<NativeMsQuic.ApiTable>(nameof(NativeMsQuic.ApiTable.RegistrationOpen)));
        Assert.Equal(64, Offset<NativeMsQuic.ApiTable>(nameof(NativeMsQuic.ApiTable.ConfigurationOpen)));
        Assert.Equal(88, Offset<NativeMsQuic.ApiTable>(nameof(NativeMsQuic.ApiTable.ListenerOpen)));
        Assert.Equal(120, Offset<NativeMsQuic.ApiTable>(nameof(NativeMsQuic.ApiTable.ConnectionOpen)));
        Assert.Equal(168, Offset<NativeMsQuic.ApiTable>(nameof(NativeMsQuic.ApiTable.StreamOpen)));
        Assert.Equal(224, Offset<NativeMsQuic.ApiTable>(nameof(NativeMsQuic.ApiTable.DatagramSend)));
        Assert.Equal(240, Offset<NativeMsQuic.ApiTable>(nameof(NativeMsQuic.ApiTable.ConnectionCertificateValidationComplete)));
    }

    [Theory]
    [InlineData(nameof(NativeMsQuic.Settings.HandshakeIdleTimeoutMs), 16)]
    [InlineData(nameof(NativeMsQuic.Settings.IdleTimeoutMs), 24)]
    [InlineData(nameof(NativeMsQuic.Settings.StreamRecvWindowDefault), 48)]
    [InlineData(nameof(NativeMsQuic.Settings.ConnFlowControlWindow), 56)]
    [InlineData(nameof(NativeMsQuic.Settings.DisconnectTimeoutMs), 84)]
    [InlineData(nameof(NativeMsQuic.Settings.KeepAliveIntervalMs), 88)]
    [InlineData(nameof(NativeMsQuic.Settings.CongestionControlAlgorithm), 92)]
    [InlineData(nameof(NativeMsQuic.Settings.PeerBidiStreamCount), 94)]
    [InlineData(nameof(NativeMsQuic.Settings.PeerUnidiStreamCount), 96)]
    [InlineData(nameof(NativeMsQuic.Settings.MinimumMtu), 102)]
    [InlineData(nameof(NativeMsQuic.Settings.MaximumMtu), 104)]
    [InlineData(nameof(NativeMsQuic.Settings.Bits), 106)]
    public void Settings_MembersStandWhereTheHeaderSays(string member, int offset) => Assert.Equal(offset, Offset<NativeMsQuic.Settings>(member));

    [Theory]
    [InlineData(nameof(NativeMsQuic.Statistics.Rtt), 12)]
    [InlineData(nameof(NativeMsQuic.Statistics.MinRtt), 16)]
    [InlineData(nameof(NativeMsQuic.Statistics.SendPathMtu), 60)]
    [InlineData(nameof(NativeMsQuic.Statistics.SendTotalPackets), 64)]
    [InlineData(nameof(NativeMsQuic.Statistics.SendTotalBytes), 96)]
    [InlineData(nameof(NativeMsQuic.Statistics.RecvTotalPackets), 120)]
    [InlineData(nameof(NativeMsQuic.Statistics.RecvTotalBytes), 152)]
    [InlineData(nameof(NativeMsQuic.Statistics.SendCongestionWindow), 188)]
    public void Statistics_MembersStandWhereTheHeaderSays(string member, int offset) => Assert.Equal(offset, Offset<NativeMsQuic.Statistics>(member));

    [Theory]
    [InlineData(nameof(NativeMsQuic.ConnectionEvent.ShutdownByTransportStatus), 8)]
    [InlineData(nameof(NativeMsQuic.ConnectionEvent.ShutdownByTransportErrorCode), 16)]
    [InlineData(nameof(NativeMsQuic.ConnectionEvent.ShutdownByPeerErrorCode), 8)]
    [InlineData(nameof(NativeMsQuic.ConnectionEvent.Address), 8)]
    [InlineData(nameof(NativeMsQuic.ConnectionEvent.PeerStream), 8)]
    [InlineData(nameof(NativeMsQuic.ConnectionEvent.PeerStreamFlags), 16)]
    [InlineData(nameof(NativeMsQuic.ConnectionEvent.DatagramSendEnabled), 8)]
    [InlineData(nameof(NativeMsQuic.ConnectionEvent.DatagramMaxSendLength), 10)]
    [InlineData(nameof(NativeMsQuic.ConnectionEvent.DatagramReceived), 8)]
    [InlineData(nameof(NativeMsQuic.ConnectionEvent.DatagramSendContext), 8)]
    [InlineData(nameof(NativeMsQuic.ConnectionEvent.DatagramSendState), 16)]
    [InlineData(nameof(NativeMsQuic.ConnectionEvent.PeerCertificate), 8)]
    [InlineData(nameof(NativeMsQuic.ConnectionEvent.PeerCertificateChain), 24)]
    public void ConnectionEvent_MembersStandWhereTheHeaderSays(string member, int offset) =>
        Assert.Equal(offset, Offset<NativeMsQuic.ConnectionEvent>(member));

    [Theory]
    [InlineData(nameof(NativeMsQuic.StreamEvent.ReceiveTotalBufferLength), 16)]
    [InlineData(nameof(NativeMsQuic.StreamEvent.ReceiveBuffers), 24)]
    [InlineData(nameof(NativeMsQuic.StreamEvent.ReceiveBufferCount), 32)]
    [InlineData(nameof(NativeMsQuic.StreamEvent.ReceiveFlags), 36)]
    [InlineData(nameof(NativeMsQuic.StreamEvent.SendCompleteCanceled), 8)]
    [InlineData(nameof(NativeMsQuic.StreamEvent.SendCompleteContext), 16)]
    public void StreamEvent_MembersStandWhereTheHeaderSays(string member, int offset) =>
        Assert.Equal(offset, Offset<NativeMsQuic.StreamEvent>(member));

    [Fact]
    public void OtherStructs_MembersStandWhereTheHeaderSays()
    {
        Assert.Equal(8, Offset<NativeMsQuic.Buffer>(nameof(NativeMsQuic.Buffer.Data)));
        Assert.Equal(8, Offset<NativeMsQuic.RegistrationConfig>(nameof(NativeMsQuic.RegistrationConfig.ExecutionProfile)));
        Assert.Equal(8, Offset<NativeMsQuic.CredentialConfig>(nameof(NativeMsQuic.CredentialConfig.Certificate)));
        Assert.Equal(40, Offset<NativeMsQuic.CredentialConfig>(nameof(NativeMsQuic.CredentialConfig.AllowedCipherSuites)));
        Assert.Equal(48, Offset<NativeMsQuic.CredentialConfig>(nameof(NativeMsQuic.CredentialConfig.CaCertificateFile)));
        Assert.Equal(8, Offset<NativeMsQuic.Pkcs12>(nameof(NativeMsQuic.Pkcs12.Asn1BlobLength)));
        Assert.Equal(16, Offset<NativeMsQuic.Pkcs12>(nameof(NativeMsQuic.Pkcs12.PrivateKeyPassword)));
        Assert.Equal(8, Offset<NativeMsQuic.NewConnectionInfo>(nameof(NativeMsQuic.NewConnectionInfo.LocalAddress)));
        Assert.Equal(16, Offset<NativeMsQuic.NewConnectionInfo>(nameof(NativeMsQuic.NewConnectionInfo.RemoteAddress)));
        Assert.Equal(4, Offset<NativeMsQuic.StatelessRetryConfig>(nameof(NativeMsQuic.StatelessRetryConfig.RotationMs)));
        Assert.Equal(8, Offset<NativeMsQuic.StatelessRetryConfig>(nameof(NativeMsQuic.StatelessRetryConfig.SecretLength)));
        Assert.Equal(16, Offset<NativeMsQuic.StatelessRetryConfig>(nameof(NativeMsQuic.StatelessRetryConfig.Secret)));
        Assert.Equal(16, Offset<NativeMsQuic.ListenerCounts>(nameof(NativeMsQuic.ListenerCounts.BindingRecvDroppedPackets)));
        Assert.Equal(16, Offset<NativeMsQuic.ListenerEvent>(nameof(NativeMsQuic.ListenerEvent.NewConnection)));
    }

    /// <summary>The positions of the bits in QUIC_SETTINGS, found by setting each one in C and looking.</summary>
    [Fact]
    public void SettingsSet_BitsAreWhereTheHeaderSays()
    {
        Assert.Equal(1UL << 1, (ulong)NativeMsQuic.SettingsSet.HandshakeIdleTimeoutMs);
        Assert.Equal(1UL << 2, (ulong)NativeMsQuic.SettingsSet.IdleTimeoutMs);
        Assert.Equal(1UL << 6, (ulong)NativeMsQuic.SettingsSet.StreamRecvWindowDefault);
        Assert.Equal(1UL << 8, (ulong)NativeMsQuic.SettingsSet.ConnFlowControlWindow);
        Assert.Equal(1UL << 15, (ulong)NativeMsQuic.SettingsSet.DisconnectTimeoutMs);
        Assert.Equal(1UL << 16, (ulong)NativeMsQuic.SettingsSet.KeepAliveIntervalMs);
        Assert.Equal(1UL << 17, (ulong)NativeMsQuic.SettingsSet.CongestionControlAlgorithm);
        Assert.Equal(1UL << 18, (ulong)NativeMsQuic.SettingsSet.PeerBidiStreamCount);
        Assert.Equal(1UL << 19, (ulong)NativeMsQuic.SettingsSet.PeerUnidiStreamCount);
        Assert.Equal(1UL << 22, (ulong)NativeMsQuic.SettingsSet.MinimumMtu);
        Assert.Equal(1UL << 23, (ulong)NativeMsQuic.SettingsSet.MaximumMtu);
        Assert.Equal(1UL << 24, (ulong)NativeMsQuic.SettingsSet.SendBufferingEnabled);
        Assert.Equal(1UL << 25, (ulong)NativeMsQuic.SettingsSet.PacingEnabled);
        Assert.Equal(1UL << 26, (ulong)NativeMsQuic.SettingsSet.MigrationEnabled);
        Assert.Equal(1UL << 27, (ulong)NativeMsQuic.SettingsSet.DatagramReceiveEnabled);
        Assert.Equal(1UL << 28, (ulong)NativeMsQuic.SettingsSet.ServerResumptionLevel);
        Assert.Equal(1, (byte)NativeMsQuic.SettingsBits.SendBufferingEnabled);
        Assert.Equal(2, (byte)NativeMsQuic.SettingsBits.PacingEnabled);
        Assert.Equal(4, (byte)NativeMsQuic.SettingsBits.MigrationEnabled);
        Assert.Equal(8, (byte)NativeMsQuic.SettingsBits.DatagramReceiveEnabled);
    }

    /// <summary>_CERT_CONTEXT of wincrypt.h, by _Static_assert with x86_64-w64-mingw32-gcc; arm64 lays it out alike.</summary>
    [Fact]
    public void CertContext_MembersStandWhereTheHeaderSays()
    {
        Assert.Equal(40, sizeof(NativeCrypt32.CERT_CONTEXT));
        Assert.Equal(0, Offset<NativeCrypt32.CERT_CONTEXT>(nameof(NativeCrypt32.CERT_CONTEXT.dwCertEncodingType)));
        Assert.Equal(8, Offset<NativeCrypt32.CERT_CONTEXT>(nameof(NativeCrypt32.CERT_CONTEXT.pbCertEncoded)));
        Assert.Equal(16, Offset<NativeCrypt32.CERT_CONTEXT>(nameof(NativeCrypt32.CERT_CONTEXT.cbCertEncoded)));
        Assert.Equal(24, Offset<NativeCrypt32.CERT_CONTEXT>(nameof(NativeCrypt32.CERT_CONTEXT.pCertInfo)));
        Assert.Equal(32, Offset<NativeCrypt32.CERT_CONTEXT>(nameof(NativeCrypt32.CERT_CONTEXT.hCertStore)));
    }

    [Fact]
    public void DatagramSlot_HeaderFitsItsCacheLine() => Assert.True(Unsafe.SizeOf<DatagramSlot>() <= DatagramSlot.HeaderLength);

    private static int Offset<T>(string member)
        where T : struct => (int)Marshal.OffsetOf<T>(member);
}
