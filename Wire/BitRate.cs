using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Softlan.Wire;

/// <summary>A rate in bits a second, or no limit at all, which is also the default value.</summary>
internal readonly record struct BitRate
{
    /// <summary>The smallest limit: one full frame a second. Below it a bucket with one second of burst would never let a full frame pass.</summary>
    public const long MinBitsPerSecond = 8 * FrameLimits.MaxLength;

    /// <summary>The largest limit that is accepted: 1 Tbit/s. Whoever means more means "unlimited".</summary>
    public const long MaxBitsPerSecond = 1_000_000_000_000;

    private const string UnlimitedText = "unlimited";

    // The largest unit first, so that ToString finds the shortest text.
    private static readonly (string Suffix, long Factor)[] Units = [("gbit", 1_000_000_000), ("mbit", 1_000_000), ("kbit", 1_000), ("", 1)];

    private readonly long _bitsPerSecond;

    private BitRate(long bitsPerSecond) => _bitsPerSecond = bitsPerSecond;

    public static BitRate Unlimited => default;

    public bool IsUnlimited => _bitsPerSecond == 0;

    /// <summary>Not to be asked of <see cref="Unlimited"/>.</summary>
    public long BitsPerSecond => IsUnlimited ? throw new InvalidOperationException("There is no limit.") : _bitsPerSecond;

    /// <summary>What a <see cref="TokenBucket"/> of bytes takes. Not to be asked of <see cref="Unlimited"/>.</summary>
    public double BytesPerSecond => BitsPerSecond / 8.0;

    public static BitRate FromBitsPerSecond(long bitsPerSecond)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bitsPerSecond, MinBitsPerSecond);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bitsPerSecond, MaxBitsPerSecond);
        return new BitRate(bitsPerSecond);
    }

    /// <summary>Accepts <c>20mbit</c>, <c>500kbit</c>, <c>1.5gbit</c>, plain bits a second such as <c>20000000</c>, and <c>unlimited</c>; upper case
    /// as well. Powers of ten, as tc(8) counts.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out BitRate rate)
    {
        rate = default;
        if (text is null)
        {
            return false;
        }

        if (text.Equals(UnlimitedText, StringComparison.OrdinalIgnoreCase))
        {
            return true;
        }

        foreach ((string suffix, long factor) in Units)
        {
            if (text.EndsWith(suffix, StringComparison.OrdinalIgnoreCase))
            {
                return TryParse(text[..^suffix.Length], factor, out rate);
            }
        }

        return false;
    }

    /// <summary>In the largest unit that needs no fraction; <see cref="TryParse(string?, out BitRate)"/> reads it again.</summary>
    public override string ToString()
    {
        if (IsUnlimited)
        {
            return UnlimitedText;
        }

        long bits = _bitsPerSecond;
        (string suffix, long factor) = Units.First(unit => bits % unit.Factor == 0);
        return string.Create(CultureInfo.InvariantCulture, $"{bits / factor}{suffix}");
    }

    private static bool TryParse(string number, long factor, out BitRate rate)
    {
        rate = default;
        if (!decimal.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out decimal value) || value > MaxBitsPerSecond)
        {
            return false;
        }

        decimal bits = decimal.Truncate(value * factor);
        bool valid = bits is >= MinBitsPerSecond and <= MaxBitsPerSecond;
        rate = valid ? new BitRate((long)bits) : default;
        return valid;
    }
}
