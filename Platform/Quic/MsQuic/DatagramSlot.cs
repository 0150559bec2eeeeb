using System.Runtime.InteropServices;
using Softlan.Wire;

namespace Softlan.Platform.Quic.MsQuic;

/// <summary>One datagram in native memory, on its way between a lane and msquic's threads. The bytes stand <see cref="HeaderLength"/> behind its
/// start.</summary>
/// <remarks>
/// One owner at a time: the pool; msquic, from DatagramSend to the final state of that send; a list of <see cref="SlotList"/>; or the lane.
/// </remarks>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct DatagramSlot
{
    /// <summary>Bytes of one datagram, as many as it may have in a queue.</summary>
    public const int Capacity = DatagramPool.SlotLength;

    /// <summary>One cache line.</summary>
    public const int HeaderLength = 64;

    /// <summary>What msquic reads; it points behind this header and says how many bytes are used.</summary>
    public NativeMsQuic.Buffer Buffer;

    /// <summary>The slot behind it in a list.</summary>
    public DatagramSlot* Next;

    /// <summary>The number of the slot behind it in the pool, plus one; 0 at the end.</summary>
    public int NextFree;

    /// <summary>Its place in the pool.</summary>
    public int Number;

    /// <summary>Under which <see cref="PathMtuGuard"/> knows it.</summary>
    public ulong Id;

    /// <summary>When it is too old to be sent, in the lane's time.</summary>
    public TimeSpan Expires;

    /// <summary>It is of TCP, which has more time.</summary>
    public bool IsTcp;

    /// <summary>Only fills a packet; nobody misses it.</summary>
    public bool IsPadding;

    /// <summary>Its loss has been counted; it may be declared once more.</summary>
    public bool IsLossCounted;

    public Span<byte> Bytes => new(Buffer.Data, (int)Buffer.Length);

    /// <summary>Copies what fits.</summary>
    public void Fill(ReadOnlySpan<byte> bytes)
    {
        int length = Math.Min(bytes.Length, Capacity);
        bytes[..length].CopyTo(new Span<byte>(Buffer.Data, Capacity));
        Buffer.Length = (uint)length;
    }
}
