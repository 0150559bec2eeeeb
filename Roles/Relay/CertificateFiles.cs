namespace Softlan.Roles.Relay;

/// <summary>The paths of a PEM certificate chain (leaf first) and of its private key.</summary>
internal sealed record CertificateFiles(string Chain, string Key);
