using Softlan.Wire;

namespace Softlan.Tests.Fakes;

/// <summary>A datagram that a role handed to a <see cref="MemoryLink"/>.</summary>
internal sealed record SentDatagram(DatagramHeader Header, byte[] Body);
