using Softlan.Platform.Quic;

namespace Softlan.Bench;

/// <summary>One sender under the real <see cref="DelayGuard"/> and a congestion control like BBR's, on a line with a buffer that drops what does not
/// fit. In simulated time, so the machine does not matter.</summary>
/// <remarks>As SendBudget does: what has been proven raises the window, an eighth of it is for those who send little, and BBR's pauses are
/// not the guard's business.</remarks>
/// <param name="bytesPerSecond">Of the line.</param>
/// <param name="roundTrip">In seconds, without load.</param>
/// <param name="buffer">Bytes that may wait for the line.</param>
internal sealed class SimulatedPath(double bytesPerSecond, double roundTrip, double buffer)
{
    private const int Packet = 1472;
    private const double Step = 0.0005;

    /// <summary>Seconds of BBR's pauses, and between them.</summary>
    private const double Pause = 0.2;
    private const double PauseInterval = 5;

    /// <summary>BBR ends its slow start when the window is so many times what the line holds, and then keeps so many times that.</summary>
    private const double StartupGain = 2.5;
    private const double WindowGain = 2;

    private readonly DelayGuard _guard = new();
    private readonly LossMeter _losses = new();
    private readonly PriorityQueue<(double SentAt, bool IsLost), double> _onTheWay = new();
    private readonly Queue<(double At, double Rate)> _rates = new();
    private readonly Random _random = new(1);
    private double _now = 100;
    private double _lineFreeAt;
    private double _tokens;
    private double _startup = 10 * Packet;
    private double _rate;
    private double _shortest = 1;
    private double _shortestAt;
    private double _pausedUntil;
    private double _markedAt = 100;
    private double _markedDelivered;
    private double _latest;
    private double _smoothed;
    private long _inFlight;
    private long _bytesSent;
    private long _sent;
    private long _lost;

    /// <summary>Bytes a second that somebody wants to send.</summary>
    public double Demand { get; set; } = double.PositiveInfinity;

    /// <summary>Seconds by which everything takes longer, as on a radio link that has something to carry.</summary>
    public double Longer { get; set; }

    /// <summary>Acknowledgements come at multiples of so many seconds; 0: as they are.</summary>
    public double Bursts { get; set; }

    /// <summary>Bytes that have arrived.</summary>
    public double Delivered { get; private set; }

    /// <summary>Lets time pass.</summary>
    /// <returns>The mean of what waited for the line, in seconds.</returns>
    public double Run(double seconds)
    {
        double waited = 0;
        int steps = 0;
        for (double end = _now + seconds; _now < end; steps++)
        {
            _now += Step;
            _tokens = Math.Min(_tokens + (Demand * Step), double.IsInfinity(Demand) ? double.MaxValue : 20 * Packet);
            bool hasNews = Acknowledge();
            MeasureRate();
            if (hasNews || _tokens >= Packet)
            {
                Send();
            }

            waited += Math.Max(0, _lineFreeAt - _now);
        }

        return waited / steps;
    }

    private bool Acknowledge()
    {
        bool hasNews = false;
        while (_onTheWay.TryPeek(out (double SentAt, bool IsLost) packet, out double at) && at <= _now)
        {
            _onTheWay.Dequeue();
            _inFlight -= Packet;
            if (packet.IsLost)
            {
                _lost++;
                continue;
            }

            hasNews = true;
            _latest = at - packet.SentAt;
            _smoothed = _smoothed == 0 ? _latest : (_smoothed * 0.875) + (_latest * 0.125);
            Delivered += Packet;
            _startup += _startup > 0 ? Packet : 0;
            bool isForgotten = _now - _shortestAt > PauseInterval;
            if (_latest < _shortest || isForgotten)
            {
                _pausedUntil = isForgotten && _inFlight > 4 * Packet && _now > _pausedUntil ? _now + Pause : _pausedUntil;
                _shortest = _latest;
                _shortestAt = _now;
            }
        }

        return hasNews;
    }

    private void MeasureRate()
    {
        double time = _now - _markedAt;
        if (time <= Math.Max(_shortest, 0.01))
        {
            return;
        }

        double rate = (Delivered - _markedDelivered) / time;
        _markedAt = _now;
        _markedDelivered = Delivered;
        if (_now >= _pausedUntil + _shortest || rate > _rate)
        {
            _rates.Enqueue((_now, rate));
        }

        while (_rates.TryPeek(out (double At, double Rate) oldest) && oldest.At < _now - Math.Max(10 * _shortest, 2))
        {
            _rates.Dequeue();
        }

        _rate = _rates.Count > 0 ? _rates.Max(sample => sample.Rate) : 0;
    }

    private double Window()
    {
        if (_now < _pausedUntil)
        {
            return 4 * Packet;
        }

        _startup = _rate > 0 && _startup > StartupGain * _rate * _shortest ? 0 : _startup;
        return Math.Max(_startup > 0 ? _startup : WindowGain * _rate * _shortest, 4 * Packet);
    }

    private void Send()
    {
        double window = Window();
        bool isPaused = _now < _pausedUntil;
        _losses.Update(_sent, _lost);
        if (!_losses.IsByChance)
        {
            _guard.NoteOverflow(TimeSpan.FromSeconds(_now));
        }

        _guard.Update(new DelaySample(
            TimeSpan.FromSeconds(_latest), TimeSpan.FromSeconds(_smoothed),
            _inFlight, _bytesSent - _inFlight, (long)window, TimeSpan.FromSeconds(_now)));
        window = !isPaused && !_guard.IsNear && _losses.IsByChance ? Math.Max(window, _guard.Proven * 1.25) : window;
        double usable = window - Math.Max(window / 8, Packet);
        double limit = isPaused ? 4 * Packet : Math.Min(_guard.Limit, usable);
        for (; _tokens >= Packet && _inFlight < limit; _tokens -= Packet)
        {
            SendPacket();
        }

        if (_tokens >= Packet && !isPaused && (_guard.Limit <= usable || _guard.Limit == DelayGuard.NoLimit))
        {
            _guard.NoteInTheWay();
        }
    }

    private void SendPacket()
    {
        _bytesSent += Packet;
        _sent++;
        _inFlight += Packet;
        double begins = Math.Max(_now, _lineFreeAt);
        bool isLost = ((begins - _now) * bytesPerSecond) + Packet > buffer;
        if (isLost)
        {
            // Those that were sent next tell of it.
            _onTheWay.Enqueue((_now, true), begins + roundTrip + Longer + (3 * Packet / bytesPerSecond));
            return;
        }

        _lineFreeAt = begins + (Packet / bytesPerSecond);
        double back = _lineFreeAt + roundTrip + Longer + (_random.NextDouble() < 0.3 ? 0 : _random.NextDouble() * 0.001);
        _onTheWay.Enqueue((_now, false), Bursts > 0 ? Math.Ceiling(back / Bursts) * Bursts : back);
    }
}
