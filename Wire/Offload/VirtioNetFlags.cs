namespace Softlan.Wire.Offload;

/// <summary>VIRTIO_NET_HDR_F_* of linux/virtio_net.h.</summary>
[Flags]
internal enum VirtioNetFlags : byte
{
    None = 0,

    /// <summary>VIRTIO_NET_HDR_F_NEEDS_CSUM: the checksum's place holds the pseudo header's sum; whoever puts the frame on a wire finishes
    /// it.</summary>
    NeedsChecksum = 1,

    /// <summary>VIRTIO_NET_HDR_F_DATA_VALID: somebody has verified the checksum already.</summary>
    DataValid = 2,
}
