using Softlan.Platform;
using Softlan.Platform.Linux;
using Softlan.Wire;

namespace Softlan.Bench;

/// <summary>Keeps a link's queue from running empty, without ever letting it grow old: as much as the link takes, and no more.</summary>
internal sealed class Flood(EventLoop loop, IFrameLink link, DatagramHeader header, byte[] body) : ITurnEnd
{
    /// <summary>Datagrams that may wait. Enough for a whole burst of GSO messages.</summary>
    private const int MaxWaiting = 256;

    private long _sent;

    public bool IsStopped { get; set; }

    public void Begin() => OnTurnEnd();

    public void OnTurnEnd()
    {
        if (IsStopped)
        {
            return;
        }

        PeerCounters counters = link.Counters;
        while (_sent - counters.DatagramsOut - counters.TotalDropped < MaxWaiting)
        {
            link.Send(header, body);
            _sent++;
        }

        loop.AtTurnEnd(this);
    }
}
