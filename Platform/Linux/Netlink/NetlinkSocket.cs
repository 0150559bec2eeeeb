using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Softlan.Wire;
using static Softlan.Platform.Linux.NativeSocket;
using static Softlan.Platform.Linux.Netlink.NativeNetlink;

namespace Softlan.Platform.Linux.Netlink;

/// <summary>A route netlink socket for questions and changes, which the kernel answers at once. Not for the path of a frame. One thread at a
/// time.</summary>
/// <remarks>It belongs to the network namespace of the thread that opened it.</remarks>
[SupportedOSPlatform("linux")]
internal sealed class NetlinkSocket : IDisposable
{
    /// <summary>The kernel fills at most 32 KiB with one part of a long answer (netlink_dump); a longer message would be cut and is
    /// refused.</summary>
    private const int ReceiveLength = 64 * 1024;

    /// <summary>Messages of one answer that are looked at: far more than links or addresses of any host. What lies beyond ends the answer with an
    /// error.</summary>
    private const int MaxMessages = 100_000;

    /// <summary>Times that a list is asked for again because it changed while it was read.</summary>
    private const int MaxDumpAttempts = 4;

    /// <summary>The kernel answers within microseconds; silence this long is an error and not a hang.</summary>
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(5);

    private readonly SafeFd _fd;
    private readonly byte[] _buffer = new byte[ReceiveLength];
    private uint _sequence;

    private NetlinkSocket(SafeFd fd) => _fd = fd;

    /// <exception cref="SoftlanException">The kernel gives no netlink socket.</exception>
    public static NetlinkSocket Open()
    {
        SafeFd fd = OpenSocket(groups: 0, SOCK_CLOEXEC);
        TimeValue timeout = new() { Seconds = (long)Timeout.TotalSeconds };
        _ = SocketOptions.TrySet(fd, SOL_SOCKET, SO_RCVTIMEO, timeout);

        // Better texts and filtered lists where the kernel has them (4.12, 4.20); everything works without.
        _ = SocketOptions.TrySet(fd, SOL_NETLINK, NETLINK_EXT_ACK, 1);
        _ = SocketOptions.TrySet(fd, SOL_NETLINK, NETLINK_GET_STRICT_CHK, 1);
        return new NetlinkSocket(fd);
    }

    /// <summary>Opens and binds a route netlink socket; <paramref name="groups"/> are RTMGRP bits.</summary>
    public static SafeFd OpenSocket(uint groups, int flags)
    {
        SafeFd fd = NativeSocket.Socket(AF_NETLINK, SOCK_RAW | flags, NETLINK_ROUTE);
        NetlinkAddress address = new() { Family = AF_NETLINK, Groups = groups };
        if (fd.IsInvalid || !SocketOptions.TryBind(fd, address))
        {
            SoftlanException error = SoftlanException.Create("Cannot open a netlink socket", Errno.Text(Errno.Last));
            fd.Dispose();
            throw error;
        }

        return fd;
    }

    /// <summary>Asks for a change and waits for the kernel's answer. The request carries NLM_F_ACK.</summary>
    public NetlinkResult Change(NetlinkWriter request) => Exchange(request, handler: null, out _);

    /// <summary>Asks a question with one answer (NLM_F_ACK closes it).</summary>
    public NetlinkResult Ask(NetlinkWriter request, NetlinkMessageHandler handler) => Exchange(request, handler, out _);

    /// <summary>Asks for a list (NLM_F_DUMP). Begins anew when the kernel says that the list changed under it; <paramref name="restart"/> is called
    /// before each attempt.</summary>
    public NetlinkResult List(NetlinkWriter request, Action restart, NetlinkMessageHandler handler)
    {
        NetlinkResult result;
        bool interrupted;
        int attempts = 0;
        do
        {
            restart();
            result = Exchange(request, handler, out interrupted);
        }
        while (result.Succeeded && interrupted && ++attempts < MaxDumpAttempts);
        return result;
    }

    public void Dispose() => _fd.Dispose();

    private NetlinkResult Exchange(NetlinkWriter request, NetlinkMessageHandler? handler, out bool interrupted)
    {
        interrupted = false;
        uint sequence = ++_sequence;
        ReadOnlySpan<byte> bytes = request.Finish(sequence);
        if (Send(_fd, bytes, (nuint)bytes.Length, 0) < 0)
        {
            return new NetlinkResult(Errno.Last, null);
        }

        int seen = 0;
        while (true)
        {
            nint length = Receive(_fd, _buffer, (nuint)_buffer.Length, MSG_TRUNC);
            if (length < 0 && Errno.Last == Errno.EINTR)
            {
                continue;
            }

            if (length < 0)
            {
                return new NetlinkResult(Errno.Last, null);
            }

            if (length > _buffer.Length)
            {
                return new NetlinkResult(Errno.EMSGSIZE, null);
            }

            NetlinkReader reader = new(_buffer.AsSpan(0, (int)length));
            while (reader.TryRead(out NetlinkMessage message))
            {
                if (message.Sequence != sequence)
                {
                    continue; // The rest of an answer that was given up.
                }

                if (++seen > MaxMessages)
                {
                    return new NetlinkResult(Errno.ENOBUFS, null);
                }

                interrupted |= (message.Flags & NLM_F_DUMP_INTR) != 0;
                if (message.Type is NLMSG_ERROR or NLMSG_DONE)
                {
                    return ReadEnd(message);
                }

                if (message.Type is not (NLMSG_NOOP or NLMSG_OVERRUN))
                {
                    handler?.Invoke(message);
                }
            }
        }
    }

    /// <summary>NLMSG_ERROR: the error number, the header of the request (its body too unless CAPPED), then attributes if ACK_TLVS. NLMSG_DONE: the
    /// error number, if anything.</summary>
    private static NetlinkResult ReadEnd(NetlinkMessage message)
    {
        ReadOnlySpan<byte> body = message.Body;
        int code = body.Length >= sizeof(int) ? -MemoryMarshal.Read<int>(body) : 0;
        if (message.Type != NLMSG_ERROR || code == 0 || (message.Flags & NLM_F_ACK_TLVS) == 0
            || body.Length < sizeof(int) + NetlinkReader.HeaderLength)
        {
            return new NetlinkResult(code, null);
        }

        uint echoed = MemoryMarshal.Read<uint>(body[sizeof(int)..]);
        int skip = sizeof(int)
            + ((message.Flags & NLM_F_CAPPED) != 0 ? NetlinkReader.HeaderLength : NetlinkReader.Align((int)Math.Min(echoed, (uint)body.Length)));
        NetlinkAttributes attributes = new(body[Math.Min(skip, body.Length)..]);
        while (attributes.TryRead(out ushort type, out ReadOnlySpan<byte> value))
        {
            if (type == NLMSGERR_ATTR_MSG)
            {
                return new NetlinkResult(code, NetlinkAttributes.ReadText(value));
            }
        }

        return new NetlinkResult(code, null);
    }
}
