using System.Net;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using System.Text;
using Softlan.Wire;

namespace Softlan.Platform.Quic.Ngtcp2;

/// <summary>The TLS 1.3 half of one QUIC connection: a GnuTLS session, configured by ngtcp2's crypto library.</summary>
[SupportedOSPlatform("linux")]
internal sealed unsafe class TlsSession : IDisposable
{
    /// <summary>What gnutls_session_get_verify_cert_status says where the handshake did not come as far as the certificate.</summary>
    private const uint NotVerified = uint.MaxValue;

    private readonly NativeNgtcp2.ConnRef* _connRef;
    private readonly TlsCredentials _credentials;
    private readonly LinkTrust? _trust;
    private readonly byte* _hostName;
    private GCHandle _self;

    private TlsSession(nint handle, TlsCredentials credentials, LinkTrust? trust, string? serverName)
    {
        Handle = handle;
        _credentials = credentials.AddReference();
        _trust = trust;
        _self = GCHandle.Alloc(this);
        _connRef = (NativeNgtcp2.ConnRef*)NativeMemory.AllocZeroed((nuint)sizeof(NativeNgtcp2.ConnRef));
        _connRef->GetConn = &GetConn;
        _connRef->Handle = GCHandle.ToIntPtr(_self);
        if (serverName is not null)
        {
            byte[] name = Encoding.UTF8.GetBytes(serverName + '\0');
            _hostName = (byte*)NativeMemory.Alloc((nuint)name.Length);
            name.CopyTo(new Span<byte>(_hostName, name.Length));
        }
    }

    public nint Handle { get; }

    /// <summary>What the other side's certificate was found to be, when that is why the handshake failed. One sentence without a full stop.</summary>
    public string? TrustFailure { get; private set; }

    public static TlsSession ForServer(TlsCredentials credentials, CipherPreference ciphers, ReadOnlySpan<byte> alpn)
    {
        // Tickets would allow resumption, which a link that reconnects once in a while does not need, and cost a packet each.
        TlsSession session = Create(NativeGnuTls.GNUTLS_SERVER | NativeGnuTls.GNUTLS_NO_AUTO_SEND_TICKET, credentials, null, null);
        try
        {
            session.Configure(NativeNgtcp2.CryptoConfigureServerSession(session.Handle), ciphers, alpn);
            return session;
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    public static TlsSession ForClient(TlsCredentials credentials, ConnectOptions options, CipherPreference ciphers, ReadOnlySpan<byte> alpn)
    {
        TlsSession session = Create(NativeGnuTls.GNUTLS_CLIENT, credentials, options.Trust, options.ServerName);
        try
        {
            session.Configure(NativeNgtcp2.CryptoConfigureClientSession(session.Handle), ciphers, alpn);
            session.Expect(options);
            return session;
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    /// <summary>Tells the session which connection it belongs to; before the handshake begins.</summary>
    public void Attach(nint connection)
    {
        _connRef->Connection = connection;
        NativeNgtcp2.ConnSetTlsNativeHandle(connection, Handle);
    }

    /// <summary>Why certificate verification against CAs failed; null if it did not.</summary>
    public string? DescribeTrustFailure(string serverName)
    {
        if (TrustFailure is not null || _trust is null || _trust.Pin is not null)
        {
            return TrustFailure;
        }

        uint status = NativeGnuTls.SessionGetVerifyCertStatus(Handle);
        return status is 0 or NotVerified ? null : TrustFaults.Describe(serverName, FaultsOf(status));
    }

    /// <summary>Our words where we have some, and GnuTLS' for the rest.</summary>
    private static List<string> FaultsOf(uint status)
    {
        List<string> faults = [];
        Take(NativeGnuTls.GNUTLS_CERT_EXPIRED, TrustFaults.Expired);
        Take(NativeGnuTls.GNUTLS_CERT_NOT_ACTIVATED, TrustFaults.NotYetValid);
        Take(NativeGnuTls.GNUTLS_CERT_UNEXPECTED_OWNER, TrustFaults.OtherName);
        NativeGnuTls.Datum text;
        if ((faults.Count == 0 || (status & ~NativeGnuTls.GNUTLS_CERT_INVALID) != 0)
            && NativeGnuTls.CertificateVerificationStatusPrint(status, NativeGnuTls.GNUTLS_CRT_X509, &text, 0) >= 0)
        {
            faults.Insert(0, Encoding.UTF8.GetString(text.Data, (int)text.Size).Trim().TrimEnd('.'));
            NativeMemory.Free(text.Data);
        }

        return faults;

        void Take(uint flag, string fault)
        {
            if ((status & flag) != 0)
            {
                status &= ~flag;
                faults.Add(fault);
            }
        }
    }

    /// <summary>After the connection is deleted.</summary>
    public void Dispose()
    {
        NativeGnuTls.Deinit(Handle);
        NativeMemory.Free(_connRef);
        NativeMemory.Free(_hostName);
        _self.Free();
        _credentials.Release();
    }

    private static TlsSession Create(uint flags, TlsCredentials credentials, LinkTrust? trust, string? serverName)
    {
        GnuTlsError.ThrowIfFailed(NativeGnuTls.Init(out nint handle, flags), "Cannot make a TLS session");
        return new TlsSession(handle, credentials, trust, serverName);
    }

    private void Configure(int configured, CipherPreference ciphers, ReadOnlySpan<byte> alpn)
    {
        const string What = "Cannot configure a TLS session";
        GnuTlsError.ThrowIfFailed(configured, What);
        GnuTlsError.ThrowIfFailed(NativeGnuTls.PrioritySet(Handle, TlsPriority.Of(ciphers)), What);
        GnuTlsError.ThrowIfFailed(NativeGnuTls.CredentialsSet(Handle, NativeGnuTls.GNUTLS_CRD_CERTIFICATE, _credentials.Handle), What);
        NativeGnuTls.SessionSetPtr(Handle, _connRef);

        // SAFETY: GnuTLS copies the name.
        fixed (byte* name = alpn)
        {
            NativeGnuTls.Datum datum = new() { Data = name, Size = (uint)alpn.Length };
            GnuTlsError.ThrowIfFailed(NativeGnuTls.AlpnSetProtocols(Handle, &datum, 1, NativeGnuTls.GNUTLS_ALPN_MANDATORY), What);
        }

        NativeGnuTls.HandshakeSetHookFunction(
            Handle, NativeGnuTls.GNUTLS_HANDSHAKE_KEY_UPDATE, NativeGnuTls.GNUTLS_HOOK_PRE, &RefuseKeyUpdate);
        KeyLog.Attach(Handle);
    }

    /// <summary>Which relay a client wants, and how it knows it.</summary>
    private void Expect(ConnectOptions options)
    {
        if (!IPAddress.TryParse(options.ServerName, out _))
        {
            byte[] name = Encoding.UTF8.GetBytes(options.ServerName);
            NativeGnuTls.ServerNameSet(Handle, NativeGnuTls.GNUTLS_NAME_DNS, name, (nuint)name.Length);
        }

        if (options.Trust.Pin is not null)
        {
            NativeGnuTls.SessionSetVerifyFunction(Handle, &VerifyPin);
        }
        else
        {
            NativeGnuTls.SessionSetVerifyCert(Handle, _hostName, 0);
        }
    }

    /// <summary>QUIC changes keys itself, and a KeyUpdate message of TLS is an error (RFC 9001, section 6), which the TLS library is to refuse.
    /// GnuTLS does not know that it runs below QUIC: it would make new secrets and hand them to ngtcp2, whose assertion that there are none yet
    /// ends the process. One packet of a stranger would then end a relay.</summary>
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int RefuseKeyUpdate(nint session, uint type, uint when, uint incoming, NativeGnuTls.Datum* message) =>
        NativeGnuTls.GNUTLS_E_UNEXPECTED_PACKET;

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static nint GetConn(NativeNgtcp2.ConnRef* connRef) => connRef->Connection;

    // SAFETY: GnuTLS passes back the session; its pointer is the ConnRef that lives as long as the TlsSession does.
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int VerifyPin(nint session)
    {
        try
        {
            NativeNgtcp2.ConnRef* connRef = (NativeNgtcp2.ConnRef*)NativeGnuTls.SessionGetPtr(session);
            return ((TlsSession)GCHandle.FromIntPtr(connRef->Handle).Target!).CheckPin() ? 0 : NativeGnuTls.GNUTLS_E_CERTIFICATE_ERROR;
        }
        catch (Exception)
        {
            return NativeGnuTls.GNUTLS_E_CERTIFICATE_ERROR; // An exception must not unwind into native frames.
        }
    }

    private bool CheckPin()
    {
        CertificatePin expected = _trust!.Pin!.Value;
        NativeGnuTls.Datum* chain = NativeGnuTls.CertificateGetPeers(Handle, out uint count);
        if (chain is null || count == 0)
        {
            TrustFailure = TrustFaults.NoCertificate;
            return false;
        }

        int result = Certificates.ReadPin(
            new ReadOnlySpan<byte>(chain[0].Data, (int)chain[0].Size), NativeGnuTls.GNUTLS_X509_FMT_DER, out CertificatePin actual);
        TrustFailure = result < 0
            ? TrustFaults.Unreadable(GnuTlsError.Text(result))
            : actual == expected ? null : TrustFaults.OtherPin(actual, expected);
        return TrustFailure is null;
    }
}
