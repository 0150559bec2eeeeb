namespace Softlan.Platform.Linux;

/// <summary>What a <see cref="PortPoll"/> reads.</summary>
internal interface IReadablePort
{
    /// <summary>Reads and reports what is there, or the turn's share of it.</summary>
    /// <param name="askForOne">One message is likely to be all there is (<see cref="LoneRead"/>): another look would be in vain.</param>
    /// <returns>How many frames, and how long they were together in bytes.</returns>
    (int Frames, int Bytes) Read(bool askForOne);

    /// <summary>The turn's share was reached, and the rest waits in the port. Epoll says nothing of it, since the descriptor has been read.</summary>
    bool HasUnread { get; }
}
