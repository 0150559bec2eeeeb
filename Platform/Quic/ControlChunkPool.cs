namespace Softlan.Platform.Quic;

/// <summary>Memory for control messages, shared by all links of a lane. Those that were used last are handed out first.</summary>
internal sealed class ControlChunkPool
{
    /// <summary>512 KiB that are kept: what a room of 256 needs while everybody is told of somebody. What comes back beyond that is left to the
    /// garbage collector.</summary>
    public const int MaxFree = 256;

    private ControlChunk? _firstFree;

    /// <summary>Chunks that wait to be used again.</summary>
    public int Free { get; private set; }

    /// <returns>A chunk of unknown content.</returns>
    public ControlChunk Rent()
    {
        if (_firstFree is not { } chunk)
        {
            return new ControlChunk();
        }

        _firstFree = chunk.Next;
        chunk.Next = null;
        Free--;
        return chunk;
    }

    /// <summary>Takes a chunk back that no engine reads any more: its next user writes to it.</summary>
    public void Return(ControlChunk chunk)
    {
        if (Free == MaxFree)
        {
            return;
        }

        chunk.Next = _firstFree;
        _firstFree = chunk;
        Free++;
    }
}
