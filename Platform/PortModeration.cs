namespace Softlan.Platform;

/// <summary>When a port hands over what it has read.</summary>
internal enum PortModeration
{
    /// <summary>At once; but while thousands of small frames a second come, several together.</summary>
    Auto,

    /// <summary>Each frame at once.</summary>
    Off,
}
