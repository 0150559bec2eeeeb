namespace Softlan.Platform.Linux;

/// <summary>Lengths of the control messages that travel beside a packet (cmsg(3)): a header, the data, padding to the next multiple of 8.</summary>
internal static class ControlMessage
{
    /// <summary>Bytes of struct cmsghdr.</summary>
    public const int HeaderLength = 16;

    private const int Alignment = 8;

    /// <summary>CMSG_LEN: what the header says.</summary>
    /// <param name="data">Bytes.</param>
    public static int LengthOf(int data) => HeaderLength + data;

    /// <summary>CMSG_SPACE: what it takes.</summary>
    /// <param name="data">Bytes.</param>
    public static int SpaceOf(int data) => Align(LengthOf(data));

    /// <summary>CMSG_ALIGN: where the next one begins.</summary>
    /// <param name="length">Bytes.</param>
    public static int Align(int length) => (length + Alignment - 1) & ~(Alignment - 1);
}
