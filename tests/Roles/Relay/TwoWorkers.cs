using System.Text;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Softlan.Roles.Relay;
using Softlan.Tests.Fakes;
using Softlan.Wire.Control;

namespace Softlan.Tests.Roles.Relay;

/// <summary>Two workers of one relay, each on a lane of its own that the test turns.</summary>
public abstract class TwoWorkers
{
    private protected TwoWorkers(RelayOptions options, ILogger? logger = null)
    {
        House = new RelayHouse(options, 2);
        House.OpenLobby(0, First, logger ?? NullLogger.Instance);
        House.OpenLobby(1, Second, logger ?? NullLogger.Instance);
    }

    private protected ManualLane First { get; } = new();

    private protected ManualLane Second { get; } = new();

    private protected RelayHouse House { get; }

    private protected static string Text(HelloMessage hello) => Encoding.UTF8.GetString(ControlCodec.Write(hello));

    private protected MemoryLink Connect(int worker)
    {
        MemoryLink link = new(worker == 0 ? First : Second);
        link.Handler = House.Lobbies[worker].Accept(link);
        link.Connect();
        return link;
    }

    private protected MemoryLink Join(int worker, HelloMessage hello)
    {
        MemoryLink link = Connect(worker);
        Say(link, hello);
        return link;
    }

    private protected void Say(MemoryLink link, HelloMessage hello)
    {
        link.ReceiveControl(Text(hello));
        Turn(10);
    }

    /// <summary>Both lanes, until what one tells the other has been answered.</summary>
    private protected void Turn(int milliseconds = 0)
    {
        for (int i = 0; i < 8; i++)
        {
            First.Advance(TimeSpan.FromMilliseconds(milliseconds / 8.0));
            Second.Advance(TimeSpan.FromMilliseconds(milliseconds / 8.0));
        }
    }
}
