using System.Net;
using System.Runtime.InteropServices;
using System.Text;

namespace Softlan.Platform.Linux.Netlink;

/// <summary>Builds one netlink request in a buffer that the caller lends. A request that does not fit is a mistake of the code that builds it, so it
/// throws.</summary>
/// <remarks>
/// <code>
///  nlmsghdr (16) | family header: ifinfomsg, rtmsg ... | attribute | attribute ...     each padded to 4 bytes
/// </code>
/// </remarks>
internal ref struct NetlinkWriter
{
    /// <summary>Longer than any request that softlan makes.</summary>
    public const int MaxLength = 512;

    /// <summary>Bytes of an IPv6 address, the longest that there is.</summary>
    private const int MaxAddressLength = 16;

    private readonly Span<byte> _buffer;
    private int _length;

    public NetlinkWriter(Span<byte> buffer, ushort type, ushort flags)
    {
        _buffer = buffer;
        buffer.Clear();
        NativeNetlink.MessageHeader header = new() { Type = type, Flags = (ushort)(flags | NativeNetlink.NLM_F_REQUEST) };
        MemoryMarshal.Write(buffer, in header);
        _length = NetlinkReader.HeaderLength;
    }

    /// <summary>Appends the family's fixed header.</summary>
    public void Header<T>(in T value)
        where T : unmanaged
    {
        MemoryMarshal.Write(_buffer[_length..], in value);
        _length += NetlinkReader.Align(Marshal.SizeOf<T>());
    }

    public void Attribute(ushort type, scoped ReadOnlySpan<byte> value)
    {
        int length = NetlinkReader.AttributeHeaderLength + value.Length;
        NativeNetlink.AttributeHeader header = new() { Length = checked((ushort)length), Type = type };
        MemoryMarshal.Write(_buffer[_length..], in header);
        value.CopyTo(_buffer[(_length + NetlinkReader.AttributeHeaderLength)..]);
        _length += NetlinkReader.Align(length);
    }

    public void Attribute<T>(ushort type, T value)
        where T : unmanaged => Attribute(type, MemoryMarshal.AsBytes(new ReadOnlySpan<T>(in value)));

    /// <summary>A string attribute with its closing zero.</summary>
    public void Attribute(ushort type, string value)
    {
        Span<byte> bytes = stackalloc byte[Encoding.UTF8.GetMaxByteCount(value.Length) + 1];
        int length = Encoding.UTF8.GetBytes(value, bytes);
        bytes[length] = 0;
        Attribute(type, bytes[..(length + 1)]);
    }

    /// <summary>The bytes of an address; nothing where there is none.</summary>
    public void Attribute(ushort type, IPAddress? address)
    {
        Span<byte> bytes = stackalloc byte[MaxAddressLength];
        if (address is not null && address.TryWriteBytes(bytes, out int length))
        {
            Attribute(type, bytes[..length]);
        }
    }

    /// <summary>Opens an attribute that contains attributes; give the result to <see cref="EndNested"/>.</summary>
    public int BeginNested(ushort type)
    {
        int start = _length;
        Attribute((ushort)(type | NativeNetlink.NLA_F_NESTED), []);
        return start;
    }

    public readonly void EndNested(int start) => MemoryMarshal.Write(_buffer[start..], (ushort)(_length - start));

    /// <summary>Fills in length and sequence number.</summary>
    public readonly ReadOnlySpan<byte> Finish(uint sequence)
    {
        ref NativeNetlink.MessageHeader header = ref MemoryMarshal.AsRef<NativeNetlink.MessageHeader>(_buffer);
        header.Length = (uint)_length;
        header.Sequence = sequence;
        return _buffer[.._length];
    }
}
