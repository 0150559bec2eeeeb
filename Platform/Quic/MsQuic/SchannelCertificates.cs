using System.Runtime.Versioning;
using static Softlan.Platform.Quic.MsQuic.NativeCrypt32;

namespace Softlan.Platform.Quic.MsQuic;

/// <summary>What Schannel got from the other side of a TLS handshake: the certificate, and in a store of its own all that came with it.</summary>
internal static unsafe class SchannelCertificates
{
    /// <summary>Certificates of a store that are looked at; chains have a handful. An intermediate that stands behind them is not found, and then
    /// the chain has a gap.</summary>
    private const int MaxCertificates = 32;

    /// <param name="context">A CERT_CONTEXT that lives until this returns; null: the other side showed none.</param>
    /// <returns>DER; empty where there is none.</returns>
    public static byte[] CopyLeaf(void* context) => context is null ? [] : Copy((CERT_CONTEXT*)context);

    /// <summary>The certificates that came along, the one itself among them or not.</summary>
    /// <param name="context">As in <see cref="CopyLeaf"/>.</param>
    [SupportedOSPlatform("windows")]
    public static List<byte[]> CopyOthers(void* context)
    {
        List<byte[]> others = [];
        if (context is null || ((CERT_CONTEXT*)context)->hCertStore == 0)
        {
            return others;
        }

        // SAFETY: the context holds a reference to its store. Each context that comes from the store lives until the next call, which frees it.
        nint store = ((CERT_CONTEXT*)context)->hCertStore;
        CERT_CONTEXT* next = CertEnumCertificatesInStore(store, null);
        while (next is not null && others.Count < MaxCertificates)
        {
            others.Add(Copy(next));
            next = CertEnumCertificatesInStore(store, next);
        }

        if (next is not null)
        {
            CertFreeCertificateContext(next);
        }

        return others;
    }

    // SAFETY: the encoded bytes belong to the context, which the caller keeps.
    private static byte[] Copy(CERT_CONTEXT* context) => new ReadOnlySpan<byte>(context->pbCertEncoded, (int)context->cbCertEncoded).ToArray();
}
