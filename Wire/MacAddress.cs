using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Softlan.Wire;

/// <summary>A 48-bit MAC address (IEEE 802-2014, clause 8), kept in the low bits of one integer so that comparing and hashing cost nothing.</summary>
internal readonly record struct MacAddress
{
    /// <summary>Bytes of a MAC address on the wire.</summary>
    public const int Length = 6;

    private const ulong MulticastBit = 1UL << 40;
    private const ulong LocalBit = 1UL << 41;
    private const ulong AllOnes = (1UL << 48) - 1;

    private readonly ulong _value;

    private MacAddress(ulong value) => _value = value;

    public static MacAddress Broadcast => new(AllOnes);

    public static MacAddress Zero => default;

    /// <summary>The individual/group bit: true for multicast and for broadcast.</summary>
    public bool IsMulticast => (_value & MulticastBit) != 0;

    public bool IsZero => _value == 0;

    /// <summary>Unicast and not zero: an address that a frame may come from.</summary>
    public bool IsUsableSource => !IsMulticast && !IsZero;

    /// <summary>Whether a client may announce it: unicast, locally administered, not zero (protocol.md, section 3).</summary>
    public bool IsValidClientAddress => IsUsableSource && (_value & LocalBit) != 0;

    /// <summary>The address as an integer below 2^48, first byte highest: a key for tables and hashes.</summary>
    public ulong ToUInt64() => _value;

    /// <param name="value">First byte highest; bits 48 and above are ignored.</param>
    public static MacAddress FromUInt64(ulong value) => new(value & AllOnes);

    /// <summary>Reads the first six bytes of <paramref name="bytes"/>.</summary>
    public static MacAddress Read(ReadOnlySpan<byte> bytes) =>
        new(((ulong)BinaryPrimitives.ReadUInt16BigEndian(bytes) << 32) | BinaryPrimitives.ReadUInt32BigEndian(bytes[2..]));

    /// <summary>Writes six bytes to the start of <paramref name="bytes"/>.</summary>
    public void Write(Span<byte> bytes)
    {
        BinaryPrimitives.WriteUInt16BigEndian(bytes, (ushort)(_value >> 32));
        BinaryPrimitives.WriteUInt32BigEndian(bytes[2..], (uint)_value);
    }

    /// <summary>Makes a client address of 46 random bits.</summary>
    /// <param name="random">At least six bytes.</param>
    public static MacAddress CreateLocal(ReadOnlySpan<byte> random) =>
        new((Read(random)._value & ~MulticastBit) | LocalBit);

    /// <summary>Accepts <c>02:00:5e:10:00:01</c>, <c>02-00-5e-10-00-01</c> and <c>02005e100001</c>.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out MacAddress address)
    {
        address = default;
        if (text is null)
        {
            return false;
        }

        string digits = text;
        if (text.Length == 17 && text[2] is ':' or '-')
        {
            // Every separator in its place, and all of one kind.
            char separator = text[2];
            digits = string.Concat(text.Split(separator).Where(octet => octet.Length == 2));
        }

        if (digits.Length != 12 || !ulong.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ulong value))
        {
            return false;
        }

        address = new MacAddress(value);
        return true;
    }

    /// <summary>Lower case, with colons.</summary>
    public override string ToString() => string.Create(17, _value, static (text, value) =>
    {
        const string Hex = "0123456789abcdef";
        for (int i = 0; i < Length; i++)
        {
            int octet = (int)(value >> (40 - (8 * i))) & 0xff;
            text[3 * i] = Hex[octet >> 4];
            text[(3 * i) + 1] = Hex[octet & 15];
            if (i < Length - 1)
            {
                text[(3 * i) + 2] = ':';
            }
        }
    });
}
