using System.Runtime.Versioning;

namespace Softlan.Platform.Quic.Ngtcp2;

/// <summary>GnuTLS certificate credentials, shared by the sessions that were made with them and freed with the last one.</summary>
/// <remarks>A session keeps a bare pointer to its credentials, so a replaced certificate must outlive the handshakes that began with it. Used on one
/// lane, except for the constructors.</remarks>
[SupportedOSPlatform("linux")]
internal sealed unsafe class TlsCredentials
{
    private int _references = 1;

    private TlsCredentials(nint handle) => Handle = handle;

    public nint Handle { get; }

    /// <param name="certificate">Chain and key.</param>
    /// <param name="origin">What to call it in the error, for example the files' names.</param>
    public static TlsCredentials ForServer(ServerCertificate certificate, string origin)
    {
        TlsCredentials credentials = Allocate(CertificateErrors.CannotUse(origin));
        int result;

        // SAFETY: GnuTLS parses and copies both during the call.
        fixed (byte* chain = certificate.ChainPem, key = certificate.KeyPem)
        {
            NativeGnuTls.Datum chainDatum = new() { Data = chain, Size = (uint)certificate.ChainPem.Length };
            NativeGnuTls.Datum keyDatum = new() { Data = key, Size = (uint)certificate.KeyPem.Length };
            result = NativeGnuTls.CertificateSetX509KeyMem(credentials.Handle, &chainDatum, &keyDatum, NativeGnuTls.GNUTLS_X509_FMT_PEM);
        }

        if (result < 0)
        {
            credentials.Release();
            throw result == NativeGnuTls.GNUTLS_E_CERTIFICATE_KEY_MISMATCH
                ? CertificateErrors.OtherKey(origin)
                : CertificateErrors.NotPem(origin, GnuTlsError.Text(result));
        }

        return credentials;
    }

    public static TlsCredentials ForClient(LinkTrust trust)
    {
        const string What = "Cannot prepare TLS";
        TlsCredentials credentials = Allocate(What);
        try
        {
            if (trust.CaFile is not null)
            {
                credentials.TrustFile(trust.CaFile);
            }
            else if (trust.Pin is null)
            {
                int count = NativeGnuTls.CertificateSetX509SystemTrust(credentials.Handle);
                if (count <= 0)
                {
                    throw CertificateErrors.NoAuthorities();
                }
            }

            return credentials;
        }
        catch
        {
            credentials.Release();
            throw;
        }
    }

    public TlsCredentials AddReference()
    {
        _references++;
        return this;
    }

    public void Release()
    {
        if (--_references == 0)
        {
            NativeGnuTls.CertificateFreeCredentials(Handle);
        }
    }

    private static TlsCredentials Allocate(string what)
    {
        GnuTlsError.ThrowIfFailed(NativeGnuTls.CertificateAllocateCredentials(out nint handle), what);
        return new TlsCredentials(handle);
    }

    private void TrustFile(string path)
    {
        byte[] bytes = AuthorityFile.Read(path);
        int format = AuthorityFile.IsPem(bytes) ? NativeGnuTls.GNUTLS_X509_FMT_PEM : NativeGnuTls.GNUTLS_X509_FMT_DER;
        int count;

        // SAFETY: GnuTLS copies the certificates during the call.
        fixed (byte* data = bytes)
        {
            NativeGnuTls.Datum datum = new() { Data = data, Size = (uint)bytes.Length };
            count = NativeGnuTls.CertificateSetX509TrustMem(Handle, &datum, format);
        }

        if (count <= 0)
        {
            throw AuthorityFile.HoldsNoCertificate(path, count < 0 ? GnuTlsError.Text(count) : null);
        }
    }
}
