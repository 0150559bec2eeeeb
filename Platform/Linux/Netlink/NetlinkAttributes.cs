using System.Net;
using System.Runtime.InteropServices;
using System.Text;

namespace Softlan.Platform.Linux.Netlink;

/// <summary>Walks over attributes (type, length, value). Whatever the bytes say, it reads within them and ends.</summary>
internal ref struct NetlinkAttributes(ReadOnlySpan<byte> bytes)
{
    private ReadOnlySpan<byte> _rest = bytes;

    /// <summary>The next attribute, or false at the end and where the bytes are not an attribute. The type comes without its flag bits.</summary>
    public bool TryRead(out ushort type, out ReadOnlySpan<byte> value)
    {
        type = 0;
        value = default;
        if (_rest.Length < NetlinkReader.AttributeHeaderLength)
        {
            return false;
        }

        NativeNetlink.AttributeHeader header = MemoryMarshal.Read<NativeNetlink.AttributeHeader>(_rest);
        if (header.Length < NetlinkReader.AttributeHeaderLength || header.Length > _rest.Length)
        {
            _rest = default;
            return false;
        }

        type = (ushort)(header.Type & NativeNetlink.NLA_TYPE_MASK);
        value = _rest[NetlinkReader.AttributeHeaderLength..header.Length];
        _rest = _rest[Math.Min(NetlinkReader.Align(header.Length), _rest.Length)..];
        return true;
    }

    /// <summary>A 32-bit value; 0 when it is shorter.</summary>
    public static uint ReadUInt32(ReadOnlySpan<byte> value) => value.Length >= sizeof(uint) ? MemoryMarshal.Read<uint>(value) : 0;

    /// <summary>Text up to the first zero byte.</summary>
    public static string ReadText(ReadOnlySpan<byte> value)
    {
        int end = value.IndexOf((byte)0);
        return Encoding.UTF8.GetString(end < 0 ? value : value[..end]);
    }

    /// <summary>An IPv4 or IPv6 address; null for any other length.</summary>
    public static IPAddress? ReadAddress(ReadOnlySpan<byte> value) => value.Length is 4 or 16 ? new IPAddress(value) : null;
}
