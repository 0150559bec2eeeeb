using System.Runtime.Versioning;
using static Softlan.Platform.Linux.NativeSocket;
using static Softlan.Platform.Linux.Netlink.NativeNetlink;

namespace Softlan.Platform.Linux.Netlink;

/// <summary>Says when links, addresses, routes or policy rules of the namespace changed: once for a burst, a moment after it began.</summary>
[SupportedOSPlatform("linux")]
internal sealed class NetworkMonitor : IPollable, IDisposable
{
    private const uint Groups = RTMGRP_LINK | RTMGRP_IPV4_IFADDR | RTMGRP_IPV4_ROUTE | RTMGRP_IPV4_RULE
        | RTMGRP_IPV6_IFADDR | RTMGRP_IPV6_ROUTE | RTMGRP_IPV6_RULE;

    /// <summary>Messages read in one turn; the rest waits for the next.</summary>
    private const int MaxMessagesPerTurn = 64;

    /// <summary>A change of network is dozens of messages (link, addresses, routes); whoever looks too early sees half of it.</summary>
    private static readonly TimeSpan Settle = TimeSpan.FromMilliseconds(100);

    private readonly EventLoop _loop;
    private readonly SafeFd _fd;
    private readonly ILaneTimer _timer;
    private readonly byte[] _buffer = new byte[8 * 1024];
    private bool _pending;

    private NetworkMonitor(EventLoop loop, SafeFd fd, Action changed)
    {
        _loop = loop;
        _fd = fd;
        _timer = loop.CreateTimer(() =>
        {
            _pending = false;
            changed();
        });
        loop.Add(fd, PollEvents.Readable, this);
    }

    /// <param name="changed">Called on the loop's thread.</param>
    /// <exception cref="Softlan.Wire.SoftlanException">The kernel gives no netlink socket.</exception>
    public static NetworkMonitor Open(EventLoop loop, Action changed) =>
        new(loop, NetlinkSocket.OpenSocket(Groups, SOCK_CLOEXEC | SOCK_NONBLOCK), changed);

    /// <summary>What the messages say is not looked at: the one who asked looks at the world anyway. An overrun (ENOBUFS) is a change, too.</summary>
    public void OnReady(PollEvents events)
    {
        for (int i = 0; i < MaxMessagesPerTurn; i++)
        {
            if (Receive(_fd, _buffer, (nuint)_buffer.Length, 0) < 0 && Errno.Last is not (Errno.ENOBUFS or Errno.EINTR))
            {
                break;
            }

            if (!_pending)
            {
                _pending = true;
                _timer.Set(Settle);
            }
        }
    }

    public void Dispose()
    {
        if (!_fd.IsClosed)
        {
            _loop.Remove(_fd);
            _timer.Dispose();
            _fd.Dispose();
        }
    }
}
