namespace Softlan.Roles.Client;

internal enum BroadcastNews
{
    None,

    /// <summary>Broadcasts go out but none come back.</summary>
    Silent,

    /// <summary>They come back again.</summary>
    Back,
}
