using Softlan.Wire.Control;

namespace Softlan.Roles.Shared;

/// <summary>How peers are called in the log.</summary>
internal static class PeerNames
{
    /// <summary>Peers that are named in a list; of the rest only the number is said.</summary>
    private const int MaxNamed = 8;

    /// <summary>A name that one player can tell another: <c>anna (02:00:5e:10:00:01)</c>, <c>02:00:5e:10:00:01</c>, <c>the gateway</c>.</summary>
    public static string Describe(PeerInfo peer)
    {
        string what = peer.Role == PeerRole.Gateway ? PeerName.Gateway : peer.Mac.ToString();
        return peer.Name.Length == 0 ? what : $"{peer.Name} ({what})";
    }

    /// <summary>The same where it begins a sentence: <c>The gateway</c>.</summary>
    public static string DescribeFirst(PeerInfo peer) =>
        Describe(peer) is var text && text == PeerName.Gateway ? char.ToUpperInvariant(text[0]) + text[1..] : text;

    /// <summary>The name alone, and for those without one what tells them apart: <c>anna</c>, <c>02:00:5e:10:00:01</c>, <c>the gateway</c>.</summary>
    public static string NameOf(PeerInfo peer) => peer.Name.Length > 0 ? peer.Name : Describe(peer);

    /// <summary><c>nobody else</c>, <c>1 other (the gateway)</c>, <c>2 others (anna, bob)</c>.</summary>
    public static string DescribeAll(IReadOnlyCollection<PeerInfo> others)
    {
        if (others.Count == 0)
        {
            return "nobody else";
        }

        IEnumerable<string> names = others.Take(MaxNamed).Select(NameOf);
        string more = others.Count > MaxNamed ? ", ..." : "";
        return $"{(others.Count == 1 ? "1 other" : $"{others.Count} others")} ({string.Join(", ", names)}{more})";
    }
}
