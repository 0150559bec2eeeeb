using System.Runtime.Versioning;
using Softlan.Wire;

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
        string what = $"Cannot use the certificate and key of {origin}";
        TlsCredentials credentials = Allocate(what);
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
                ? SoftlanException.Create(
                    what,
                    "the private key does not belong to the certificate",
                    "give the key with which that certificate was requested")
                : SoftlanException.Create(
                    what,
                    GnuTlsException.Text(result),
                    "both must be PEM, the certificate chain with the server's own certificate first");
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
                    throw SoftlanException.Create(
                        "Cannot check the relay's certificate", "this system has no certificate authorities",
                        "give the relay's --pin, which its operator sees at start-up, or install the ca-certificates package");
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
        GnuTlsException.ThrowIfFailed(NativeGnuTls.CertificateAllocateCredentials(out nint handle), what);
        return new TlsCredentials(handle);
    }

    private void TrustFile(string path)
    {
        byte[] bytes;
        try
        {
            bytes = File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw SoftlanException.Create($"Cannot read the CA file '{path}'", e.Message.TrimEnd('.'), "give a PEM or DER file with --relay-ca-cert");
        }

        bool isPem = bytes.AsSpan().IndexOf("-----BEGIN"u8) >= 0;
        int count;

        // SAFETY: GnuTLS copies the certificates during the call.
        fixed (byte* data = bytes)
        {
            NativeGnuTls.Datum datum = new() { Data = data, Size = (uint)bytes.Length };
            count = NativeGnuTls.CertificateSetX509TrustMem(
                Handle, &datum, isPem ? NativeGnuTls.GNUTLS_X509_FMT_PEM : NativeGnuTls.GNUTLS_X509_FMT_DER);
        }

        if (count <= 0)
        {
            throw SoftlanException.Create(
                $"Cannot use the CA file '{path}'",
                count < 0 ? GnuTlsException.Text(count) : "it holds no certificate",
                "give a PEM or DER file with --relay-ca-cert");
        }
    }
}
