namespace Softlan.Wire.Offload;

/// <summary>VIRTIO_NET_HDR_GSO_* of linux/virtio_net.h: how a super-frame is to be cut. <see cref="AccurateEcn"/> and <see cref="Ecn"/> are bits of
/// their own, the others are values.</summary>
internal enum VirtioGsoType : byte
{
    /// <summary>It is one frame.</summary>
    None = 0,

    TcpV4 = 1,

    /// <summary>UFO: one UDP datagram, to be cut into IP fragments.</summary>
    Udp = 3,

    TcpV6 = 4,

    /// <summary>USO: many UDP datagrams of one size, the last one smaller or not.</summary>
    UdpL4 = 5,

    /// <summary>VIRTIO_NET_HDR_GSO_ACCECN, which is proposed for Linux: CWR is part of the ACE counter, which all TCP segments carry (RFC 9768,
    /// section 3.2.2). It goes before <see cref="Ecn"/>. Kernels without it say the same with neither bit.</summary>
    AccurateEcn = 0x10,

    /// <summary>The TCP segments carry CWR, which belongs to the first of them only (RFC 3168, section 6.1.2).</summary>
    Ecn = 0x80,
}
