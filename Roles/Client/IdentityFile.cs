using System.Text.Json;
using Microsoft.Extensions.Logging;
using Softlan.Roles.Shared;
using Softlan.Wire;

namespace Softlan.Roles.Client;

/// <summary>Keeps the player's MAC. Made once at random, then only ever read.</summary>
/// <param name="path">The file.</param>
/// <param name="fillRandom">Fills a span with random bytes.</param>
/// <param name="logger">Where it says that a MAC could not be kept.</param>
internal sealed class IdentityFile(string path, IdentityFile.FillRandom fillRandom, ILogger logger)
{
    /// <summary>Fills <paramref name="bytes"/> with random bytes.</summary>
    public delegate void FillRandom(Span<byte> bytes);

    /// <summary>The MAC in the file, or a new one that is written to it. A new one that cannot be written is used all the same, for this
    /// run.</summary>
    /// <exception cref="SoftlanException">There is a file, but it cannot be read or is no identity. It stays as it is.</exception>
    public MacAddress LoadOrCreate()
    {
        if (StateFiles.Read(path) is { } bytes)
        {
            return Parse(bytes);
        }

        Span<byte> random = stackalloc byte[MacAddress.Length];
        fillRandom(random);
        MacAddress mac = MacAddress.CreateLocal(random);
        try
        {
            StateFiles.Write(
                path,
                JsonSerializer.SerializeToUtf8Bytes(new IdentityContent(mac), ClientJson.Default.IdentityContent),
                StateFiles.OptionOfIdentity);
        }
        catch (SoftlanException e)
        {
            ClientLog.IdentityNotKept(logger, mac, e.Message);
        }

        return mac;
    }

    private MacAddress Parse(byte[] bytes)
    {
        try
        {
            if (JsonSerializer.Deserialize(bytes, ClientJson.Default.IdentityContent) is { } identity)
            {
                return identity.Mac.IsValidClientAddress
                    ? identity.Mac
                    : throw Unusable(
                        $"its MAC {identity.Mac} is not one that a player may have",
                        "use a MAC whose second digit is 2, 6, a or e, or delete the file");
            }
        }
        catch (JsonException)
        {
            // Told below, together with a file that says "null".
        }

        throw Unusable("it is not what softlan wrote", "restore it, or delete it to get a new MAC (and with it a new DHCP address)");
    }

    private SoftlanException Unusable(string why, string hint) => SoftlanException.Create($"Cannot use the identity file '{path}'", why, hint);
}
