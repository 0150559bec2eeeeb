using Softlan.Platform;
using Softlan.Tests.Fakes;
using Softlan.Wire;

namespace Softlan.Tests.Roles.Shared;

/// <summary>An engine whose links lead nowhere: the test plays the relay on <see cref="Links"/>.</summary>
internal sealed class ScriptedEngine(ManualLane lane) : IQuicEngine
{
    /// <summary>Every attempt, oldest first.</summary>
    public List<(ConnectOptions Options, MemoryLink Link)> Links { get; } = [];

    public MemoryLink Latest => Links[^1].Link;

    public int NetworkChanges { get; private set; }

    /// <summary>Thrown by Connect, once set.</summary>
    public SoftlanException? Broken { get; set; }

    public IFrameLink Connect(ConnectOptions options, PeerCounters counters, IFrameLinkHandler handler)
    {
        if (Broken is not null)
        {
            throw Broken;
        }

        MemoryLink link = new(lane) { Handler = handler, Counters = counters, RemoteEndPoint = options.RemoteEndPoint };
        Links.Add((options, link));
        return link;
    }

    /// <summary>Done inside <see cref="NetworkChanged"/>.</summary>
    public Action? WhenNetworkChanged { get; set; }

    public void NetworkChanged()
    {
        NetworkChanges++;
        WhenNetworkChanged?.Invoke();
    }

    public ILinkListener Listen(ListenOptions options, ILinkAcceptor acceptor) => throw new NotSupportedException();

    public ServerCertificate GenerateCertificate(string serverName) => throw new NotSupportedException();

    public CertificatePin Inspect(ServerCertificate certificate, string origin) => throw new NotSupportedException();

    public void Dispose()
    {
    }
}
