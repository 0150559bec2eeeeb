using System.Runtime.Versioning;
using Softlan.Platform;
using Softlan.Platform.Linux;
using Softlan.Wire;

namespace Softlan.Tests.Platform.Linux;

/// <summary>Keeps what a port reports.</summary>
[SupportedOSPlatform("linux")]
internal sealed class PortRecorder : IFramePortHandler
{
    public List<(byte[] Frame, FrameOrigin Origin)> Frames { get; } = [];

    public List<WireState> Wire { get; } = [];

    public List<int> Mtus { get; } = [];

    /// <summary>What kept an interface from coming back.</summary>
    public List<SoftlanException> Refusals { get; } = [];

    /// <summary>Why this host is not reached through the port, whenever that was said.</summary>
    public List<string> HostLosses { get; } = [];

    /// <summary>What else judges the bridge's frames, whenever that was said.</summary>
    public List<string> Filters { get; } = [];

    public SoftlanException? Failure { get; private set; }

    public int Count { get; private set; }

    /// <summary>False: only count them.</summary>
    public bool KeepFrames { get; set; } = true;

    public void OnFrame(Span<byte> frame, FrameOrigin origin)
    {
        Count++;
        if (KeepFrames)
        {
            Frames.Add((frame.ToArray(), origin));
        }
    }

    public void OnWireChanged(WireState state) => Wire.Add(state);

    public void OnMtuChanged(int mtu) => Mtus.Add(mtu);

    public void OnReturnRefused(SoftlanException reason) => Refusals.Add(reason);

    public void OnHostNotReachable(string why) => HostLosses.Add(why);

    public void OnBridgeFiltered(string families) => Filters.Add(families);

    public void OnPortFailed(SoftlanException reason) => Failure = reason;

    public int CountOf(ushort etherType) => Frames.Count(seen => TypeOf(seen.Frame) == etherType);

    public static ushort TypeOf(byte[] frame) => EthernetFrame.TryParse(frame, out EthernetFrame view) ? view.EtherType : (ushort)0;

    /// <summary>Turns the loop until <paramref name="done"/>, for at most so many seconds.</summary>
    public static bool TurnUntil(EventLoop loop, Func<bool> done, int seconds = 3)
    {
        long end = Environment.TickCount64 + (seconds * 1000);
        while (!done())
        {
            if (Environment.TickCount64 > end)
            {
                return false;
            }

            loop.RunTurn(TimeSpan.FromMilliseconds(10));
        }

        return true;
    }

    /// <summary>Turns the loop for a while, in which nothing more should happen.</summary>
    public static void Settle(EventLoop loop)
    {
        for (int i = 0; i < 15; i++)
        {
            loop.RunTurn(TimeSpan.FromMilliseconds(10));
        }
    }
}
