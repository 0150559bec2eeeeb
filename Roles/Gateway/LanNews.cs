using Microsoft.Extensions.Logging;
using Softlan.Platform;
using Softlan.Roles.Shared;
using Softlan.Wire;

namespace Softlan.Roles.Gateway;

/// <summary>Tells the operator how the wire to the LAN is, and the relay, and by it the players, whether this gateway reaches it.</summary>
internal sealed class LanNews(ILane lane, RelaySession session, IFramePort port, string @interface, ILogger logger)
{
    /// <summary>Messages to the relay, a second and at once: a cable that comes and goes is told of a few times, and what is true then with the
    /// next <see cref="Tell"/>. The relay closes who sends ten a second.</summary>
    private const double MessagesPerSecond = 0.2;
    private const int MessagesBurst = 8;

    private readonly TokenBucket _messages = new(MessagesPerSecond, MessagesBurst);
    private WireState _wire = WireState.Connected;
    private bool? _told;
    private int? _mtu;
    private bool _saidTooSmall;

    /// <inheritdoc cref="IFramePortHandler.OnWireChanged"/>
    public void OnWireChanged(WireState wire)
    {
        WireState before = _wire;
        _wire = wire;
        Tell();
        switch (wire)
        {
            case WireState.Connected when before == WireState.Gone:
                GatewayLog.Returned(logger, @interface, port.Address);
                break;
            case WireState.Connected:
                GatewayLog.CarrierBack(logger, @interface);
                break;
            case WireState.Unplugged:
                GatewayLog.CarrierLost(logger, @interface);
                break;
            case WireState.Down:
                GatewayLog.TakenDown(logger, @interface);
                break;
            case WireState.Gone:
                GatewayLog.Gone(logger, @interface);
                break;
            case WireState.Detached:
                GatewayLog.PortDetached(logger, port.Name, @interface);
                break;
            case WireState.Taken:
                GatewayLog.PortTaken(logger, port.Name, @interface);
                break;
        }
    }

    /// <inheritdoc cref="IFramePortHandler.OnMtuChanged"/>
    public void OnMtuChanged(int mtu)
    {
        _mtu = mtu;
        JudgeMtu(mtu);
    }

    /// <summary>The room was joined. Its relay is told either way: it may still know what this gateway said before it was lost.</summary>
    public void OnJoined()
    {
        _told = null;
        Tell();
        if (_mtu is { } mtu)
        {
            JudgeMtu(mtu); // It may have changed while there was no room.
        }
    }

    /// <summary>Tells what the relay does not know yet. To be called now and then.</summary>
    public void Tell()
    {
        bool isConnected = _wire == WireState.Connected;
        if (_told != isConnected && session.IsJoined && _messages.TryTake(1, lane.Now))
        {
            _told = isConnected;
            session.SayLan(isConnected);
        }
    }

    private void JudgeMtu(int mtu)
    {
        if (session.Room is { } room && mtu < room.Mtu)
        {
            _saidTooSmall = true;
            GatewayLog.MtuTooSmall(logger, @interface, mtu, room.Mtu);
        }
        else if (_saidTooSmall)
        {
            _saidTooSmall = false;
            GatewayLog.MtuEnough(logger, @interface, mtu);
        }
    }
}
