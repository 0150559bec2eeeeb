using System.Net;
using Softlan.Roles.Shared;
using Softlan.Wire;
using Softlan.Wire.Control;

namespace Softlan.Tests.Roles.Shared;

/// <summary>Writes down what a session reports.</summary>
internal sealed class RecordingOwner : IRelaySessionOwner
{
    public List<IPEndPoint> Connecting { get; } = [];

    public List<string> Tokens { get; } = [];

    public List<JoinedRoom> Joined { get; } = [];

    public List<string> Peers { get; } = [];

    public List<bool> Lan { get; } = [];

    public List<(byte[] Frame, ushort Source)> Frames { get; } = [];

    public List<(string Reason, TimeSpan RetryIn)> Disconnected { get; } = [];

    public SoftlanException? Fatal { get; private set; }

    /// <summary>Off: frames are only counted, and nothing is allocated.</summary>
    public bool KeepFrames { get; set; } = true;

    public long FrameCount { get; private set; }

    public Action? WhenConnecting { get; set; }

    public void OnConnecting(IPEndPoint relay)
    {
        Connecting.Add(relay);
        WhenConnecting?.Invoke();
    }

    public void OnResumeToken(string token) => Tokens.Add(token);

    public void OnJoined(JoinedRoom room) => Joined.Add(room);

    public void OnPeerJoined(PeerInfo peer) => Peers.Add($"+{peer.Id}");

    public void OnPeerLeft(PeerInfo peer, CloseReason reason) => Peers.Add($"-{peer.Id}");

    public void OnLanChanged(bool isConnected) => Lan.Add(isConnected);

    public void OnFrame(ReadOnlySpan<byte> frame, PeerInfo source)
    {
        FrameCount++;
        if (KeepFrames)
        {
            Frames.Add((frame.ToArray(), source.Id));
        }
    }

    public void OnDisconnected(string reason, TimeSpan retryIn) => Disconnected.Add((reason, retryIn));

    public void OnFatal(SoftlanException reason) => Fatal = reason;
}
