namespace Softlan.Platform.Linux;

/// <summary>What a descriptor is ready for (sys/epoll.h).</summary>
[Flags]
internal enum PollEvents
{
    None = 0,

    /// <summary>EPOLLIN</summary>
    Readable = 1,

    /// <summary>EPOLLOUT</summary>
    Writable = 4,

    /// <summary>EPOLLERR; reported whether asked for or not.</summary>
    Error = 8,

    /// <summary>EPOLLHUP; reported whether asked for or not.</summary>
    HangUp = 16,
}
