namespace Softlan.Platform.Windows;

/// <summary>Error codes of iphlpapi that no page lists, which it gives while Windows falls asleep or changes networks: a few in a row mean "not
/// now" and no failure.</summary>
internal sealed class OddAnswers
{
    /// <summary>So many of one call in a row are forgiven; the next is said. The client asks four times a second before the cable is in, so that is
    /// half a minute, as long as it waits for an adapter without IPv4; later it asks every 5 s.</summary>
    public const int Max = 120;

    private readonly Dictionary<(string Call, ushort Family), int> _inARow = [];

    /// <summary>Whether a table, or a route, is missing by one of the codes that Microsoft's pages give for that: there is nothing of the family, or
    /// the PC has no IPv6 (ERROR_NOT_SUPPORTED; GetIpForwardTable2, GetBestRoute2, GetUnicastIpAddressTable). The same code about IPv4 is odd: that
    /// cannot be removed from a Windows of today.</summary>
    public static bool MeansNone(ushort family, int code) =>
        Win32Error.IsMissing(code) || (family == NativeIphlpapi.AF_INET6 && code == Win32Error.ERROR_NOT_SUPPORTED);

    /// <summary>Whether this answer is to be taken as "not now". A refusal stays one however often it is asked for.</summary>
    /// <param name="call">The call that was answered.</param>
    /// <param name="family">AF_INET or AF_INET6, which are counted apart.</param>
    /// <param name="code">The error code.</param>
    /// <param name="max">How many are forgiven; 0 for who must know.</param>
    public bool Forgives(string call, ushort family, int code, int max = Max)
    {
        int times = _inARow.GetValueOrDefault((call, family)) + 1;
        _inARow[(call, family)] = times;
        return code != Win32Error.ERROR_ACCESS_DENIED && times <= max;
    }

    /// <summary>The call was answered as documented.</summary>
    public void Forget(string call, ushort family) => _inARow.Remove((call, family));
}
