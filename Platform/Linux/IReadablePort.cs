namespace Softlan.Platform.Linux;

/// <summary>What a <see cref="PortPoll"/> reads.</summary>
internal interface IReadablePort
{
    /// <summary>Reads and reports what is there, or the turn's share of it.</summary>
    /// <param name="mayBeLone">It has just become readable, and the loop had nothing to do before: perhaps there is one frame
    /// (<see cref="LoneRead"/>).</param>
    /// <returns>How many frames, and how long they were together in bytes.</returns>
    (int Frames, int Bytes) Read(bool mayBeLone);
}
