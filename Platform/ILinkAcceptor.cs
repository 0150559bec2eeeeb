namespace Softlan.Platform;

/// <summary>Decides about an incoming link once its handshake is complete, by handing over who listens to it.</summary>
internal interface ILinkAcceptor
{
    /// <summary>Called on the lane, just before the handler's <see cref="IFrameLinkHandler.OnConnected"/>.</summary>
    IFrameLinkHandler Accept(IFrameLink link);
}
