using System.Runtime.InteropServices;

namespace Softlan.Platform.Linux.Netlink;

/// <summary>Walks over the messages of one netlink datagram. Whatever the bytes say, it reads within them and ends.</summary>
internal ref struct NetlinkReader(ReadOnlySpan<byte> bytes)
{
    /// <summary>sizeof(struct nlmsghdr).</summary>
    public const int HeaderLength = 16;

    /// <summary>sizeof(struct nlattr).</summary>
    public const int AttributeHeaderLength = 4;

    private ReadOnlySpan<byte> _rest = bytes;

    /// <summary>NLMSG_ALIGN and NLA_ALIGN: up to the next multiple of 4.</summary>
    public static int Align(int length) => (length + 3) & ~3;

    /// <summary>The next message, or false at the end and where the bytes are not a message.</summary>
    public bool TryRead(out NetlinkMessage message)
    {
        message = default;
        if (_rest.Length < HeaderLength)
        {
            return false;
        }

        NativeNetlink.MessageHeader header = MemoryMarshal.Read<NativeNetlink.MessageHeader>(_rest);
        if (header.Length < HeaderLength || header.Length > (uint)_rest.Length)
        {
            _rest = default;
            return false;
        }

        int length = (int)header.Length;
        message = new NetlinkMessage(header, _rest[HeaderLength..length]);
        _rest = _rest[Math.Min(Align(length), _rest.Length)..];
        return true;
    }
}
