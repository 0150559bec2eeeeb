using System.Buffers.Binary;
using Softlan.Wire;

namespace Softlan.Roles.Gateway;

/// <summary>The frame that reminds the LAN's switches on which port a remote client is: switches forget a MAC that is silent (commonly after 300 s),
/// and then flood what is meant for it.</summary>
/// <remarks>
/// <code>
///  0             6            12       14                  60
///  +-------------+------------+--------+-------------------+
///  | destination | client MAC | 0x88B5 | zeros             |
///  +-------------+------------+--------+-------------------+
/// </code>
/// </remarks>
internal static class CamRefresh
{
    /// <summary>The shortest frame that Ethernet carries, without FCS.</summary>
    public const int Length = 60;

    /// <summary>Well below the time after which switches forget.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(60);

    /// <summary>Whether a frame is one: then its source is a player of some gateway's.</summary>
    public static bool IsOne(ReadOnlySpan<byte> frame) =>
        frame.Length >= Length
        && BinaryPrimitives.ReadUInt16BigEndian(frame[(2 * MacAddress.Length)..]) == EtherTypes.LocalExperimental
        && !frame[FrameLimits.HeaderLength..].ContainsAnyExcept((byte)0);

    /// <param name="frame">At least <see cref="Length"/> bytes.</param>
    /// <param name="destination">Behind the port on which the client is to be learned, or broadcast.</param>
    /// <param name="client">The MAC to be learned.</param>
    public static Span<byte> Write(Span<byte> frame, MacAddress destination, MacAddress client)
    {
        frame = frame[..Length];
        frame.Clear();
        destination.Write(frame);
        client.Write(frame[MacAddress.Length..]);
        BinaryPrimitives.WriteUInt16BigEndian(frame[(2 * MacAddress.Length)..], EtherTypes.LocalExperimental);
        return frame;
    }
}
