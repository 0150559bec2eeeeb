using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using Softlan.Platform;

namespace Softlan.Roles.Relay;

/// <summary>A secret that names one place in one room: whoever shows it takes the place over. 32 random bytes, written as base64url.</summary>
internal sealed class ResumeToken
{
    private const int Length = 32;

    /// <summary>Of 32 bytes in base64url without padding: four characters for three bytes.</summary>
    private const int TextLength = ((4 * Length) + 2) / 3;

    private readonly byte[] _bytes;

    private ResumeToken(byte[] bytes) => _bytes = bytes;

    public static ResumeToken Create()
    {
        byte[] bytes = new byte[Length];
        SecureRandom.Fill(bytes);
        return new ResumeToken(bytes);
    }

    /// <summary>False where the text cannot be a token of any relay.</summary>
    public static bool TryParse(string? text, [NotNullWhen(true)] out ResumeToken? token)
    {
        byte[] bytes = new byte[Length];
        bool valid = text is { Length: TextLength } && Base64Url.IsValid(text)
            && Base64Url.TryDecodeFromChars(text, bytes, out int written) && written == Length;
        token = valid ? new ResumeToken(bytes) : null;
        return valid;
    }

    /// <summary>Compares in a time that does not depend on where the tokens differ.</summary>
    public bool Matches(ResumeToken other)
    {
        int difference = 0;
        for (int i = 0; i < Length; i++)
        {
            difference |= _bytes[i] ^ other._bytes[i];
        }

        return difference == 0;
    }

    public override string ToString() => Base64Url.EncodeToString(_bytes);
}
