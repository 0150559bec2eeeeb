using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace Softlan.Platform.Quic.MsQuic;

/// <summary>The crypt32 calls softlan makes, and the struct that they speak of (wincrypt.h). Declarations only.</summary>
internal static unsafe partial class NativeCrypt32
{
    private const string Crypt32 = "crypt32.dll";

    /// <summary>Frees the one before; so whoever goes on to the end has nothing to free.</summary>
    [LibraryImport(Crypt32, EntryPoint = "CertEnumCertificatesInStore")]
    [SupportedOSPlatform("windows")]
    public static partial CERT_CONTEXT* CertEnumCertificatesInStore(nint store, CERT_CONTEXT* previous);

    [LibraryImport(Crypt32, EntryPoint = "CertFreeCertificateContext")]
    [SupportedOSPlatform("windows")]
    [return: MarshalAs(UnmanagedType.Bool)]
    public static partial bool CertFreeCertificateContext(CERT_CONTEXT* context);

    /// <summary>struct _CERT_CONTEXT: 40 bytes.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct CERT_CONTEXT
    {
        public uint dwCertEncodingType;
        public byte* pbCertEncoded;
        public uint cbCertEncoded;
        public nint pCertInfo;
        public nint hCertStore;
    }
}
