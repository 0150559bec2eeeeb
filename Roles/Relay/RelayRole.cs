using System.Net;
using Microsoft.Extensions.Logging;
using Softlan.Platform;
using Softlan.Roles.CommandLine;
using Softlan.Wire;

namespace Softlan.Roles.Relay;

/// <summary>The relay: listens, keeps its certificate fresh, reports drops, and says bye when it ends.</summary>
/// <param name="options">What was asked for.</param>
/// <param name="lane">Where it lives.</param>
/// <param name="engine">Of the same lane.</param>
/// <param name="output">Gets the lines for the host of the party.</param>
/// <param name="logger">Gets everything else.</param>
internal sealed class RelayRole(RelayOptions options, ILane lane, IQuicEngine engine, TextWriter output, ILogger logger) : IRole
{
    /// <summary>How often dropped frames are told.</summary>
    public static readonly TimeSpan ReportInterval = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan SweepInterval = TimeSpan.FromSeconds(10);

    /// <summary>From the last goodbye to the end, so that it leaves the machine; links that hang are not waited for longer than <see cref="DrainTimeout"/>.</summary>
    private static readonly TimeSpan FarewellTime = TimeSpan.FromMilliseconds(50);

    private static readonly TimeSpan DrainTimeout = TimeSpan.FromSeconds(2);

    /// <summary>Links beyond <see cref="RelayOptions.MaxPeers"/> that may be up, so that one peer too many can be told why it is rejected.</summary>
    private const int SpareLinks = 64;

    private readonly Lobby _lobby = new(options, lane, logger);
    private readonly RelayCertificates _certificates = new(options, engine, logger);
    private readonly DropTotals _drops = new();
    private readonly List<ILaneTimer> _timers = [];
    private ILinkListener? _listener;
    private Action<SoftlanException?>? _ended;
    private bool _isStopping;

    /// <summary>Where it listens, the real port included.</summary>
    public IReadOnlyList<IPEndPoint> EndPoints => _listener?.LocalEndPoints ?? [];

    /// <summary>The pin that players need.</summary>
    public CertificatePin Pin => _certificates.Pin;

    public Lobby Lobby => _lobby;

    public void Start(Action<SoftlanException?> ended)
    {
        _ended = ended;
        byte[] secret = ResetSecret.LoadOrMake(options.StateDirectory);
        _listener = engine.Listen(
            new ListenOptions
            {
                EndPoint = options.Listen.EndPoint,
                Certificate = _certificates.Load(),
                Secret = secret,
                MaxLinks = options.MaxPeers + SpareLinks,
                MaxLinksPerAddress = options.MaxLinksPerAddress,
            },
            _lobby);
        Every(SweepInterval, _lobby.Sweep);
        Every(ReportInterval, Report);
        if (options.Certificate is not null)
        {
            Every(RelayCertificates.PollInterval, () => _certificates.Poll(UseCertificate));
        }

        Greet(_listener.LocalEndPoints);
    }

    public void Stop()
    {
        if (_isStopping)
        {
            return;
        }

        _isStopping = true;
        RelayLog.ShuttingDown(logger, _lobby.PeerCount);
        After(DrainTimeout, End);
        _lobby.Drained = () => After(FarewellTime, End);
        _lobby.Drain();
    }

    public void HangUp() => _certificates.Reload(UseCertificate);

    public void Dispose()
    {
        foreach (ILaneTimer timer in _timers)
        {
            timer.Dispose();
        }

        _timers.Clear();
        _listener?.Dispose();
        _listener = null;
    }

    private void UseCertificate(ServerCertificate certificate) => _listener?.ReplaceCertificate(certificate);

    private void Report()
    {
        string drops = _drops.TellNew(_lobby.Departed, _lobby.Links);
        if (drops.Length > 0)
        {
            RelayLog.Dropped(logger, drops);
        }
    }

    private void End()
    {
        Action<SoftlanException?>? ended = _ended;
        _ended = null;
        ended?.Invoke(null);
    }

    private void Greet(IReadOnlyList<IPEndPoint> endPoints)
    {
        foreach (IPEndPoint endPoint in endPoints)
        {
            RelayLog.Listening(logger, endPoint);
        }

        IPAddress listening = options.Listen.EndPoint.Address;
        bool isAnywhere = listening.Equals(IPAddress.IPv6Any) || listening.Equals(IPAddress.Any);
        string host = options.PublicName ?? (isAnywhere ? "HOST" : listening.ToString());
        RelayAddress address = new(host, endPoints.Count > 0 ? endPoints[0].Port : options.Listen.EndPoint.Port);
        output.WriteLine($"The relay listens on {string.Join(" and ", endPoints)} (UDP).");
        output.WriteLine(host == "HOST"
            ? "Players join with this line; put in this machine's public name or address for HOST and any room code for ROOM1:"
            : "Players join with this line; put in any room code for ROOM1:");
        output.WriteLine();
        output.WriteLine($"  softlan client --relay {address} --pin {Pin} --room ROOM1");
        output.WriteLine();
        output.Flush();
    }

    private void Every(TimeSpan interval, Action work)
    {
        ILaneTimer? timer = null;
        timer = lane.CreateTimer(() =>
        {
            work();
            timer!.Set(interval);
        });
        _timers.Add(timer);
        timer.Set(interval);
    }

    private void After(TimeSpan delay, Action work)
    {
        ILaneTimer timer = lane.CreateTimer(work);
        _timers.Add(timer);
        timer.Set(delay);
    }
}
