namespace Softlan.Platform.Quic;

/// <summary>A piece of a control stream that is on its way. Its bytes are pinned: QUIC engines keep pointers to them.</summary>
internal sealed class ControlChunk
{
    /// <summary>A dozen short messages, or one and a half full packets. A link with anything unacknowledged holds at least one, so more would cost
    /// memory in a full room.</summary>
    public const int Length = 2048;

    public byte[] Bytes { get; } = GC.AllocateUninitializedArray<byte>(Length, pinned: true);

    /// <summary>The chunk behind it in its stream, or in the list of free ones.</summary>
    public ControlChunk? Next { get; set; }
}
