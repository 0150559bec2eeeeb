using System.Net;
using Softlan.Roles.Gateway;

namespace Softlan.Tests.Roles.Gateway;

/// <summary>A way to the relay that changes when the test says so.</summary>
internal sealed class FakeUplink : IUplink
{
    private Action? _changed;

    /// <summary>Where the relay was tried.</summary>
    public List<IPAddress> Relays { get; } = [];

    public bool IsDisposed { get; private set; }

    public void Change() => _changed?.Invoke();

    public void Remember(IPAddress relay) => Relays.Add(relay);

    public void Watch(Action changed) => _changed = changed;

    public void Dispose() => IsDisposed = true;
}
