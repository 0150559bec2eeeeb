using System.Runtime.InteropServices;

namespace Softlan.Platform.Linux.Netlink;

/// <summary>A view of one netlink message without its header.</summary>
internal readonly ref struct NetlinkMessage(NativeNetlink.MessageHeader header, ReadOnlySpan<byte> body)
{
    public ushort Type { get; } = header.Type;

    public ushort Flags { get; } = header.Flags;

    public uint Sequence { get; } = header.Sequence;

    /// <summary>The family's fixed header and the attributes behind it.</summary>
    public ReadOnlySpan<byte> Body { get; } = body;

    /// <summary>Splits the body into its fixed header and its attributes; false when it is too short.</summary>
    public bool TryRead<T>(out T fixedHeader, out NetlinkAttributes attributes)
        where T : unmanaged
    {
        int length = Marshal.SizeOf<T>();
        if (Body.Length < length)
        {
            fixedHeader = default;
            attributes = default;
            return false;
        }

        fixedHeader = MemoryMarshal.Read<T>(Body);
        attributes = new NetlinkAttributes(Body[Math.Min(NetlinkReader.Align(length), Body.Length)..]);
        return true;
    }
}
