using System.Net.Security;
using System.Runtime.Versioning;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Softlan.Wire;

namespace Softlan.Platform.Quic.MsQuic;

/// <summary>A configuration of msquic: settings, ALPN, and whose certificate is shown. Connections that were made with it keep what they need when it
/// is closed.</summary>
internal sealed unsafe class MsQuicConfiguration
{
    private readonly NativeMsQuic.ApiTable* _api;
    private readonly X509Certificate2Collection? _chain;
    private readonly SslStreamCertificateContext? _context;

    private MsQuicConfiguration(
        NativeMsQuic.ApiTable* api, nint handle, X509Certificate2Collection? chain = null, SslStreamCertificateContext? context = null)
    {
        _api = api;
        Handle = handle;
        _chain = chain;
        _context = context;
    }

    public nint Handle { get; }

    /// <summary>For all outgoing connections: whom each of them trusts is decided in its PEER_CERTIFICATE_RECEIVED.</summary>
    public static MsQuicConfiguration ForClient(NativeMsQuic.ApiTable* api, nint registration, NativeMsQuic.Settings settings)
    {
        const string What = "Cannot prepare TLS";
        nint handle = Open(api, registration, settings, What);

        // msquic's own validation is off, since it knows neither pins nor our CA files; without it the callback alone decides. Portable certificates
        // are bytes, as OpenSSL's are anyway. Schannel's would be made anew, with a chain of what Windows knows (CxPlatGetPortableCertificate) and
        // without the intermediates that the relay has sent; so there it shows its own.
        NativeMsQuic.CredentialConfig credentials = new()
        {
            Type = NativeMsQuic.QUIC_CREDENTIAL_TYPE_NONE,
            Flags = NativeMsQuic.QUIC_CREDENTIAL_FLAG_CLIENT
                | NativeMsQuic.QUIC_CREDENTIAL_FLAG_NO_CERTIFICATE_VALIDATION
                | NativeMsQuic.QUIC_CREDENTIAL_FLAG_INDICATE_CERTIFICATE_RECEIVED
                | (OperatingSystem.IsWindows() ? 0 : NativeMsQuic.QUIC_CREDENTIAL_FLAG_USE_PORTABLE_CERTIFICATES),
        };
        Load(api, handle, &credentials, What);
        return new MsQuicConfiguration(api, handle);
    }

    /// <param name="certificate">Chain and key.</param>
    /// <param name="origin">What to call it in the error.</param>
    public static MsQuicConfiguration ForServer(
        NativeMsQuic.ApiTable* api, nint registration, NativeMsQuic.Settings settings, ServerCertificate certificate, string origin)
    {
        string what = $"Cannot use the certificate and key of {origin}";
        byte[] pkcs12 = PemCertificates.ToPkcs12(certificate, origin);
        try
        {
            nint handle = Open(api, registration, settings, what);
            if (OperatingSystem.IsWindows())
            {
                return ForSchannel(api, handle, pkcs12, what);
            }

            // SAFETY: msquic parses and copies the blob during the call.
            fixed (byte* blob = pkcs12)
            {
                NativeMsQuic.Pkcs12 source = new() { Asn1Blob = blob, Asn1BlobLength = (uint)pkcs12.Length };
                NativeMsQuic.CredentialConfig credentials = new()
                {
                    Type = NativeMsQuic.QUIC_CREDENTIAL_TYPE_CERTIFICATE_PKCS12,
                    Certificate = &source,
                };
                Load(api, handle, &credentials, what);
            }

            return new MsQuicConfiguration(api, handle);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(pkcs12);
        }
    }

    /// <summary>Not for handshakes that begin from now on; those that began keep theirs.</summary>
    public void Close()
    {
        _api->ConfigurationClose(Handle);
        GC.KeepAlive(_context);
        if (_chain is not null)
        {
            PemCertificates.DisposeAll(_chain);
        }
    }

    /// <summary>Schannel reads the private key in another process (LSASS), so it must lie in a key container. Without PersistKeySet .NET deletes that
    /// container when the certificate is disposed.</summary>
    /// <remarks>
    /// Schannel sends the intermediates that it finds in Windows' stores, and none that a program holds. SslStreamCertificateContext puts those of
    /// the chain there that are missing, as it does for every server of .NET; without them only players who know the intermediate already could check
    /// the relay's certificate.
    /// </remarks>
    [SupportedOSPlatform("windows")]
    private static MsQuicConfiguration ForSchannel(NativeMsQuic.ApiTable* api, nint handle, byte[] pkcs12, string what)
    {
        X509Certificate2Collection chain = [];
        try
        {
            (chain, X509Certificate2 leaf) = PemCertificates.ReadPkcs12(pkcs12, X509KeyStorageFlags.UserKeySet);
            X509Certificate2Collection others = [.. chain.Where(certificate => !ReferenceEquals(certificate, leaf))];
            SslStreamCertificateContext context = SslStreamCertificateContext.Create(leaf, others, offline: true);
            NativeMsQuic.CredentialConfig credentials = new()
            {
                Type = NativeMsQuic.QUIC_CREDENTIAL_TYPE_CERTIFICATE_CONTEXT,
                Certificate = (void*)leaf.Handle,
            };
            Load(api, handle, &credentials, what);
            return new MsQuicConfiguration(api, handle, chain, context);
        }
        catch (CryptographicException e)
        {
            PemCertificates.DisposeAll(chain);
            api->ConfigurationClose(handle);
            throw SoftlanException.Create(what, e.Message.TrimEnd('.'));
        }
        catch (SoftlanException)
        {
            PemCertificates.DisposeAll(chain);
            throw;
        }
    }

    private static nint Open(NativeMsQuic.ApiTable* api, nint registration, NativeMsQuic.Settings settings, string what)
    {
        nint handle;

        // SAFETY: msquic copies name and settings.
        fixed (byte* alpn = QuicLimits.Alpn)
        {
            NativeMsQuic.Buffer name = new() { Data = alpn, Length = (uint)QuicLimits.Alpn.Length };
            int status = api->ConfigurationOpen(registration, &name, 1, &settings, (uint)sizeof(NativeMsQuic.Settings), null, &handle);
            return MsQuicStatus.IsFailed(status) ? throw SoftlanException.Create(what, MsQuicStatus.Text(status)) : handle;
        }
    }

    /// <summary>Closes the configuration where it cannot be used.</summary>
    private static void Load(NativeMsQuic.ApiTable* api, nint handle, NativeMsQuic.CredentialConfig* credentials, string what)
    {
        int status = api->ConfigurationLoadCredential(handle, credentials);
        if (MsQuicStatus.IsFailed(status))
        {
            api->ConfigurationClose(handle);
            throw SoftlanException.Create(what, MsQuicStatus.Text(status));
        }
    }
}
