namespace Softlan.Platform;

/// <summary>How often a <see cref="LinkQuota"/> has said no.</summary>
/// <param name="Full">There were as many links in all as there may be.</param>
/// <param name="AddressFull">The address had as many as one may have, or had begun too many handshakes lately.</param>
internal readonly record struct LinkRefusals(long Full, long AddressFull);
