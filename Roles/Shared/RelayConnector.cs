using System.Net;
using System.Runtime.ExceptionServices;
using Microsoft.Extensions.Logging;
using Softlan.Platform;
using Softlan.Wire;

namespace Softlan.Roles.Shared;

/// <summary>Gets a session connected: resolves the name off the lane, then tries the addresses one after the other.</summary>
internal sealed class RelayConnector : IDisposable
{
    /// <summary>An address without an answer holds up the next one for this long.</summary>
    private static readonly TimeSpan AddressPatience = TimeSpan.FromSeconds(3);

    /// <summary>The last address of a round gets longer: there is nothing better to do.</summary>
    private static readonly TimeSpan LastAddressPatience = TimeSpan.FromSeconds(10);

    private readonly ILane _lane;
    private readonly IQuicEngine _engine;
    private readonly RelaySessionOptions _options;
    private readonly IRelaySessionOwner _owner;
    private readonly IRelayResolver _resolver;
    private readonly ILogger _logger;
    private readonly PeerCounters _counters;
    private readonly IFrameLinkHandler _handler;
    private readonly Action<RoundFailure> _failed;
    private readonly RelayEndPoints _endPoints;
    private readonly ILaneTimer _patience;
    private readonly CancellationTokenSource _stop = new();
    private readonly List<string> _failures = [];
    private IFrameLink? _attempt;
    private LinkCloseKind _worst;
    private string? _untrusted;
    private bool _knownAddressesUsed;
    private bool _isResolving;
    private bool _isRunning;

    /// <param name="handler">Listens to the links. It asks <see cref="TryAccept"/> and <see cref="TryTakeFailure"/> first.</param>
    /// <param name="failed">Called once a round, when it led nowhere.</param>
    public RelayConnector(
        ILane lane,
        IQuicEngine engine,
        RelaySessionOptions options,
        IRelaySessionOwner owner,
        IRelayResolver resolver,
        ILogger logger,
        PeerCounters counters,
        IFrameLinkHandler handler,
        Action<RoundFailure> failed)
    {
        _lane = lane;
        _engine = engine;
        _options = options;
        _owner = owner;
        _resolver = resolver;
        _logger = logger;
        _counters = counters;
        _handler = handler;
        _failed = failed;
        _endPoints = new RelayEndPoints(options.Relay.Port);
        _patience = lane.CreateTimer(OnPatienceLost);
    }

    /// <summary>The address of the latest attempt.</summary>
    public IPEndPoint EndPoint { get; private set; } = new(IPAddress.None, 0);

    public void BeginRound()
    {
        _isRunning = true;
        _failures.Clear();
        _worst = default;
        _untrusted = null;
        if (!_knownAddressesUsed && _options.KnownAddresses is { Count: > 0 } known)
        {
            _knownAddressesUsed = true;
            _endPoints.Update(known);
            ConnectToFirst();
        }
        else if (!_isResolving)
        {
            _isResolving = true;
            SessionLog.Resolving(_logger, _options.Relay);
            _ = ResolveAsync();
        }
    }

    /// <summary>Ends the round; nothing is reported about it any more.</summary>
    public void Cancel()
    {
        _isRunning = false;
        _patience.Cancel();
        IFrameLink? attempt = _attempt;
        _attempt = null;
        attempt?.Close(CloseReason.Normal, "stopped");
    }

    public void Dispose()
    {
        Cancel();
        _stop.Cancel();
        _stop.Dispose();
        _patience.Dispose();
    }

    /// <summary>Whether this link is the one the round was about; then the round is over, and the link is the caller's.</summary>
    public bool TryAccept(IFrameLink link)
    {
        if (link != _attempt)
        {
            return false;
        }

        _attempt = null;
        _isRunning = false;
        _patience.Cancel();
        return true;
    }

    /// <summary>Whether the end of this link was an attempt that failed; then the next address is tried.</summary>
    public bool TryTakeFailure(IFrameLink link, LinkClosed closed)
    {
        if (link != _attempt)
        {
            return false;
        }

        OnAddressFailed(closed.Kind, PlainText.Of(closed.Text));
        return true;
    }

    /// <summary>The relay said welcome at <see cref="EndPoint"/>: it comes first from now on.</summary>
    public void RememberEndPoint() => _endPoints.Worked(EndPoint);

    private async Task ResolveAsync()
    {
        try
        {
            IReadOnlyList<IPAddress> addresses = await _resolver.ResolveAsync(_options.Relay, _stop.Token).ConfigureAwait(false);
            _lane.Post(() => OnResolved(addresses, null));
        }
        catch (SoftlanException failure)
        {
            _lane.Post(() => OnResolved(null, failure));
        }
        catch (OperationCanceledException)
        {
            // Stopped meanwhile.
        }
        catch (Exception bug)
        {
            // Nobody awaits this task, so the lane is where a bug must surface.
            ExceptionDispatchInfo captured = ExceptionDispatchInfo.Capture(bug);
            _lane.Post(captured.Throw);
        }
    }

    private void OnResolved(IReadOnlyList<IPAddress>? addresses, SoftlanException? failure)
    {
        _isResolving = false;
        if (!_isRunning)
        {
            return;
        }

        if (addresses is not null)
        {
            _endPoints.Update(addresses);
        }
        else if (_endPoints.IsEmpty)
        {
            EndRound(new RoundFailure(failure!.Message.TrimEnd('.'), null, null, null));
            return;
        }

        // Without name servers the addresses of last time are the best guess.
        ConnectToFirst();
    }

    /// <summary>What to do where no packet leaves this machine for <see cref="EndPoint"/>.</summary>
    private string HintWithoutWay => SessionFailures.HintWithoutWay(EndPoint.Address, isName: !IPAddress.TryParse(_options.Relay.Host, out _));

    private void ConnectToFirst()
    {
        _endPoints.BeginRound();
        ConnectToNext();
    }

    private void ConnectToNext()
    {
        if (!_endPoints.TryNext(out IPEndPoint? endPoint))
        {
            string? hint = _worst == LinkCloseKind.Unreachable ? HintWithoutWay : SessionFailures.ConnectHint(_worst, EndPoint.Port);
            EndRound(new RoundFailure(string.Join("; ", _failures), hint, _untrusted, null));
            return;
        }

        EndPoint = endPoint;
        SessionLog.Connecting(_logger, _options.Relay, endPoint);
        try
        {
            _owner.OnConnecting(endPoint);
            if (!_isRunning)
            {
                return; // The owner stopped the session instead.
            }

            ConnectOptions options = new()
            {
                RemoteEndPoint = endPoint,
                ServerName = _options.ServerName ?? _options.Relay.Host,
                Trust = _options.Trust,
                DatagramLimit = _options.DatagramLimit,
                Affinity = _options.Room.Affinity,
            };
            _attempt = _engine.Connect(options, _counters, _handler);
        }
        catch (SoftlanException useless)
        {
            EndRound(new RoundFailure(useless.Message, null, null, useless));
            return;
        }

        _patience.Set(Patience);
    }

    private TimeSpan Patience => _endPoints.IsLast ? LastAddressPatience : AddressPatience;

    private void OnPatienceLost()
    {
        IFrameLink? attempt = _attempt;
        _attempt = null;
        attempt?.Close(CloseReason.TimedOut, "no answer");
        OnAddressFailed(LinkCloseKind.TimedOut, $"no answer for {Patience.TotalSeconds:0} s");
    }

    private void OnAddressFailed(LinkCloseKind kind, string text)
    {
        _attempt = null;
        _patience.Cancel();
        SessionLog.AddressFailed(_logger, EndPoint, text);
        string endPoint = EndPoint.ToString();
        _failures.Add(endPoint == _options.Relay.ToString() ? text : $"{endPoint}: {text}");

        // A relay that answers and is full says more than the silence of its other address; and that says more than an address to which no packet
        // leaves this machine, such as one of IPv6 where there is none.
        if (_worst != LinkCloseKind.Full && (kind is not (LinkCloseKind.Unreachable or LinkCloseKind.NoSocket) || _failures.Count == 1))
        {
            _worst = kind;
        }

        if (kind == LinkCloseKind.Untrusted)
        {
            _untrusted ??= text;
        }

        ConnectToNext();
    }

    private void EndRound(RoundFailure failure)
    {
        _isRunning = false;
        _failed(failure);
    }
}
