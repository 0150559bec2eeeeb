using System.Net;
using Softlan.Platform;
using Softlan.Wire;

namespace Softlan.Tests.Fakes;

/// <summary>The listening side of a <see cref="MemoryNetwork"/>.</summary>
internal sealed class MemoryListener(MemoryNetwork network, ListenOptions options, IPEndPoint endPoint, ILinkAcceptor acceptor) : ILinkListener
{
    private readonly List<(MemoryNetworkLink Link, ulong Key)> _links = [];
    private readonly LinkQuota _quota = options.Shards?.Quota ?? new LinkQuota(options.MaxLinks, options.MaxLinksPerAddress);
    private long _accepted;
    private long _refused;

    public IReadOnlyList<IPEndPoint> LocalEndPoints { get; } = [endPoint];

    public ServerCertificate Certificate { get; private set; } = options.Certificate;

    /// <summary>What it was asked for.</summary>
    public ListenOptions Options => options;

    public bool IsDisposed { get; private set; }

    public ListenerStatistics Statistics => new(Links.Count(), 0, _accepted, _refused, 0, 0);

    private IEnumerable<MemoryNetworkLink> Links => _links.Select(one => one.Link).Where(link => !link.HasEnded);

    public void ReplaceCertificate(ServerCertificate certificate)
    {
        network.Inspect(certificate, "the new certificate");
        Certificate = certificate;
    }

    /// <summary>The links go silent, as when the process is killed: their other sides find out by themselves.</summary>
    public void Dispose()
    {
        IsDisposed = true;
        network.Forget(this);
        foreach (MemoryNetworkLink link in Links)
        {
            link.Abandon();
        }
    }

    internal void Admit(MemoryNetworkLink connecting, IPEndPoint from)
    {
        if (connecting.HasEnded)
        {
            return;
        }

        ReturnEnded();
        ulong key = (uint)from.Address.GetHashCode();
        if (IsDisposed || !_quota.TryTake(key, network.Lane.Now))
        {
            _refused++;
            connecting.End(LinkCloseKind.Full, CloseReason.ProtocolError, "the relay refused the connection");
            return;
        }

        _accepted++;
        MemoryNetworkLink link = new(network, new PeerCounters(), from, null);
        _links.Add((link, key));
        MemoryNetworkLink.Join(connecting, link);
        link.Handler = acceptor.Accept(link);
        link.Handler.OnConnected(link);
        network.After(network.Delay, connecting.BecomeConnected);
    }

    private void ReturnEnded()
    {
        foreach ((MemoryNetworkLink _, ulong key) in _links.Where(one => one.Link.HasEnded))
        {
            _quota.Return(key);
        }

        _links.RemoveAll(one => one.Link.HasEnded);
    }
}
