using System.Net;
using Microsoft.Extensions.Logging;
using Softlan.Platform;
using Softlan.Roles.Shared;
using Softlan.Wire;

namespace Softlan.Roles.Client.Linux.Dhcp;

/// <summary>Gets the player's address from the party's DHCP: starts the DHCP client when somebody can answer, keeps it running, and says how it
/// goes.</summary>
internal sealed class DhcpAddressing : IDhcpRunnerOwner, IDisposable
{
    /// <summary>Longer than it takes a DHCP server that is there: it may look for 3 s whether the address is free, and dhcpcd then looks for some 5 s
    /// itself, after up to 5 s between two of its questions.</summary>
    public static readonly TimeSpan AnswerPatience = TimeSpan.FromSeconds(20);

    /// <summary>Pause before a DHCP client that ended is started again; doubles with each end up to <see cref="LongestPause"/>.</summary>
    public static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);

    public static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);

    private readonly IDhcpRunner _runner;
    private readonly IAddressSetter _setter;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly ILaneTimer _restart;
    private readonly ILaneTimer _patience;
    private readonly ILaneTimer _expiry;
    private TimeSpan _pause = FirstPause;
    private TimeSpan? _leaseTime;
    private long _leasedAt;
    private bool _isWanted;
    private bool _isRunning;
    private bool _canAnswer;
    private bool _outlivesRestart;
    private bool _saidNoAnswer;
    private bool _saidRefused;
    private string _why = "";

    /// <param name="lane">For timers.</param>
    /// <param name="runner">The DHCP client.</param>
    /// <param name="setter">Sets what it gets.</param>
    /// <param name="clock">Goes on while the machine sleeps, and so do leases.</param>
    /// <param name="logger">For what the player should know.</param>
    public DhcpAddressing(ILane lane, IDhcpRunner runner, IAddressSetter setter, TimeProvider clock, ILogger logger)
    {
        _runner = runner;
        _setter = setter;
        _clock = clock;
        _logger = logger;
        _restart = lane.CreateTimer(Restart);
        _patience = lane.CreateTimer(OnPatienceEnded);
        _expiry = lane.CreateTimer(OnExpired);
    }

    /// <summary>The address that the party gave; null while there is none.</summary>
    public IPAddress? Address { get; private set; }

    /// <summary>Somebody who can answer is in the room, for the first time or again. The address stays; the DHCP client only looks whether it is
    /// still good.</summary>
    public void OnGatewayPresent()
    {
        _canAnswer = true;
        _patience.Set(AnswerPatience);
        if (!_isWanted)
        {
            _isWanted = true;
            Start();
        }
        else if (!TryEndLease())
        {
            Renew();
        }
    }

    /// <summary>Notices a lease that ended while the machine slept: timers, the DHCP client's as well, then stood still. Called every few
    /// seconds.</summary>
    public void Look() => TryEndLease();

    /// <summary>Nobody is there who could answer, so no answer is no news.</summary>
    public void OnGatewayGone()
    {
        _canAnswer = false;
        _patience.Cancel();
    }

    public bool OnNotice(DhcpNotice notice)
    {
        switch (notice.Kind)
        {
            case DhcpNoticeKind.Lease:
                _patience.Cancel(); // It is an answer, even where softlan cannot take it.
                return TryChange(() => Take(notice));
            case DhcpNoticeKind.Gone:
                return TryChange(() => Lose(ClientLog.AddressLost));
            case DhcpNoticeKind.Restarted:
                return _outlivesRestart || TryChange(() => Lose(told: null));
            case DhcpNoticeKind.Refused:
                Refuse(notice.Reason);
                return true; // Or dhclient would decline the address and ask for the next, until the LAN has none left.
            case DhcpNoticeKind.NoAnswer:
                return false;
            default:
                return true;
        }
    }

    public void OnExited(string why)
    {
        _isRunning = false;
        _why = why;
        _restart.Set(_pause);
        _pause = TimeSpans.Min(_pause + _pause, LongestPause);
    }

    public void Dispose()
    {
        _isWanted = false;
        _restart.Dispose();
        _patience.Dispose();
        _expiry.Dispose();
        _runner.Dispose();
    }

    /// <summary>Says so only now: a signal for the whole process group ends the DHCP client as well, and that is no news.</summary>
    private void Restart()
    {
        ClientLog.DhcpClientEnded(_logger, _runner.Name, _why);
        Start();
    }

    private void Start()
    {
        if (!_isWanted || _isRunning)
        {
            return;
        }

        try
        {
            _runner.Start(this);
            _isRunning = true;
        }
        catch (SoftlanException e)
        {
            OnExited(e.Message);
        }
    }

    private void Renew()
    {
        if (_isRunning && !_runner.TryRenew())
        {
            _runner.Stop();
            _isRunning = false;
            Start();
        }
    }

    /// <returns>It ended; then the address is gone, and another was asked for.</returns>
    private bool TryEndLease()
    {
        if (_leaseTime is not { } time || _clock.GetElapsedTime(_leasedAt) < time)
        {
            return false;
        }

        OnExpired();
        Renew();
        return true;
    }

    private void Take(DhcpNotice notice)
    {
        bool isNew = !notice.Address!.Equals(Address);
        _setter.SetAddress(notice.Address, notice.PrefixLength);
        Address = notice.Address;
        _outlivesRestart = notice.LeaseSeconds > 0;
        _leasedAt = _clock.GetTimestamp();
        _leaseTime = notice.LeaseSeconds is > 0 and < uint.MaxValue ? TimeSpan.FromSeconds(notice.LeaseSeconds) : null;
        if (_leaseTime is { } time)
        {
            _expiry.Set(time);
        }
        else
        {
            _expiry.Cancel();
        }

        _pause = FirstPause;
        _saidNoAnswer = false;
        _saidRefused = false;
        if (isNew)
        {
            ClientLog.AddressFromDhcp(_logger, Address);
        }
    }

    /// <summary>Said once until an answer is taken: the DHCP client asks again and again. An address that is there stays for as long as it was
    /// given.</summary>
    private void Refuse(string? reason)
    {
        _patience.Cancel(); // It is an answer.
        if (!_saidRefused)
        {
            _saidRefused = true;
            ClientLog.LeaseRefused(_logger, PlainText.Of(reason));
        }
    }

    /// <param name="told">What the player hears; null: nothing, since it is no word of the party's.</param>
    private void Lose(Action<ILogger, IPAddress>? told)
    {
        _expiry.Cancel();
        _leaseTime = null;
        _outlivesRestart = false;
        if (Address is { } lost)
        {
            Address = null;
            told?.Invoke(_logger, lost);
            if (_canAnswer)
            {
                _patience.Set(AnswerPatience);
            }
        }

        _setter.RemoveAddress();
    }

    private void OnExpired() => TryChange(() => Lose(ClientLog.AddressExpired));

    /// <summary>Changes the address on the interface. Where that fails, it is said, and an address that went on the way is the player's no
    /// more.</summary>
    private bool TryChange(Action change)
    {
        try
        {
            change();
            return true;
        }
        catch (SoftlanException e)
        {
            ClientLog.AddressNotSet(_logger, e.Message);
            if (!_setter.HasAddress)
            {
                Address = null;
            }

            return false;
        }
    }

    private void OnPatienceEnded()
    {
        if (Address is null && !_saidNoAnswer)
        {
            _saidNoAnswer = true;
            ClientLog.NoDhcpAnswer(_logger);
        }
    }
}
