namespace Softlan.Platform;

/// <summary>How far the control messages of a link have come, as bytes since its start, length prefixes included.</summary>
/// <param name="Sent">What the link was given.</param>
/// <param name="Delivered">What of it the other side has acknowledged.</param>
internal readonly record struct ControlProgress(long Sent, long Delivered);
