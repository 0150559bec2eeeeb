namespace Softlan.Wire;

/// <summary>What <see cref="FrameReassembler.Add"/> made of a piece.</summary>
internal enum PieceResult
{
    /// <summary>No frame yet: its other piece has not come, or it came a second time.</summary>
    Waiting,

    /// <summary>The frame is whole.</summary>
    Complete,

    /// <summary>It and its other piece make no frame.</summary>
    Malformed,
}
