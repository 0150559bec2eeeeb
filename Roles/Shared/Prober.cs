using Softlan.Platform;
using Softlan.Wire;

namespace Softlan.Roles.Shared;

/// <summary>Measures the round trip to the relay and, through it, to the gateway, on the path that frames take; and answers the probes of
/// others.</summary>
internal sealed class Prober
{
    /// <summary>An answer that comes later says nothing about the path any more and is ignored.</summary>
    private static readonly TimeSpan MaxRoundTrip = TimeSpan.FromSeconds(10);

    /// <summary>Answers a second, and at once. A room may have 4096 peers (<see cref="RemotePeers.MaxPeers"/>) who each probe the gateway once a
    /// second, and after a stall two seconds' probes may come at once; what is above gets no answer.</summary>
    private const int AnswersPerSecond = 8192;

    private readonly TokenBucket _answers = new(AnswersPerSecond, AnswersPerSecond);

    // Fields, not properties: RoundTrip is a mutable struct.
    private RoundTrip _relay;
    private RoundTrip _gateway;
    private ushort _gatewayId;

    public RoundTrip Relay => _relay;

    /// <summary>Unknown while there is no gateway.</summary>
    public RoundTrip Gateway => _gateway;

    /// <summary>Forgets what was measured on another link.</summary>
    public void Reset()
    {
        _relay = default;
        _gateway = default;
        _gatewayId = ProbeBody.RelayId;
    }

    /// <param name="gateway">The gateway's id, or <see cref="ProbeBody.RelayId"/> when there is none to measure.</param>
    public void SendProbes(IFrameLink link, ushort self, ushort gateway, TimeSpan now)
    {
        SendProbe(link, self, ProbeBody.RelayId, now);
        if (gateway != _gatewayId)
        {
            _gatewayId = gateway;
            _gateway = default;
        }

        if (gateway != ProbeBody.RelayId)
        {
            SendProbe(link, self, gateway, now);
        }
    }

    /// <summary>Answers a probe that is for this peer.</summary>
    public void OnProbe(IFrameLink link, ushort self, ushort prober, ReadOnlySpan<byte> body, TimeSpan now)
    {
        if (ProbeBody.Target(body) != self)
        {
            return;
        }

        if (!_answers.TryTake(1, now))
        {
            link.Counters.Drop(DropReason.RateLimited);
            return;
        }

        Span<byte> answer = stackalloc byte[ProbeBody.Length];
        ProbeBody.Readdress(body, prober, answer);
        link.Send(new DatagramHeader(DatagramKind.ProbeReply, 0, self), answer);
    }

    public void OnReply(ushort self, ushort responder, ReadOnlySpan<byte> body, TimeSpan now)
    {
        TimeSpan roundTrip = now - TimeSpan.FromTicks(ProbeBody.Opaque(body) & long.MaxValue);
        if (ProbeBody.Target(body) != self || roundTrip < TimeSpan.Zero || roundTrip > MaxRoundTrip)
        {
            return;
        }

        if (responder == ProbeBody.RelayId)
        {
            _relay.Add(roundTrip, now);
        }
        else if (responder == _gatewayId)
        {
            _gateway.Add(roundTrip, now);
        }
    }

    /// <summary>The opaque bytes are the time of sending, so nothing has to be remembered.</summary>
    private static void SendProbe(IFrameLink link, ushort self, ushort target, TimeSpan now)
    {
        Span<byte> body = stackalloc byte[ProbeBody.Length];
        ProbeBody.Write(body, target, now.Ticks);
        link.Send(new DatagramHeader(DatagramKind.Probe, 0, self), body);
    }
}
