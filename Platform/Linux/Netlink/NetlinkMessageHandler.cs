namespace Softlan.Platform.Linux.Netlink;

/// <summary>Receives the messages of an answer, one by one. The message is borrowed.</summary>
internal delegate void NetlinkMessageHandler(NetlinkMessage message);
