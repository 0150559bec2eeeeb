using Softlan.Roles.Client;
using static Softlan.Tests.Roles.Client.FakeRoutes;

namespace Softlan.Tests.Roles.Client;

/// <summary>A player's machine on a Wi-Fi at home, whose routes are there to be held.</summary>
public abstract class HomeRoutesBench
{
    private protected HomeRoutesBench()
    {
        Routes.Table.Add(Route("0.0.0.0/0", Wlan, "192.168.1.1", metric: 600));
        Routes.Table.Add(Route("192.168.1.0/24", Wlan, metric: 600));
        Changes = new HostChanges(Routes, Journal, Log);
    }

    private protected FakeRoutes Routes { get; } = new();

    private protected FakeJournal Journal { get; } = new();

    private protected RecordingLogger Log { get; } = new();

    private protected HostChanges Changes { get; }

    private protected IEnumerable<FakeRoute> HostRoutes => Routes.Table.Where(route => route.IsSoftlans);
}
