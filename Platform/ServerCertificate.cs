namespace Softlan.Platform;

/// <summary>PEM text of a certificate chain (leaf first) and its private key.</summary>
internal sealed record ServerCertificate(byte[] ChainPem, byte[] KeyPem);
