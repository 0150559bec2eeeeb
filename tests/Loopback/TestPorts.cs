using Softlan.Platform;
using Softlan.Wire;

namespace Softlan.Tests.Loopback;

/// <summary>UDP ports for listeners that go and come back: outside those that the system gives to whoever asks for any
/// (net.ipv4.ip_local_port_range), so that nobody else of a parallel test has it meanwhile.</summary>
internal static class TestPorts
{
    private const int First = 12_000;
    private const int Count = 16_000;

    /// <summary>Some may be a service's of this machine.</summary>
    private const int MaxTries = 64;

    private static int _next = Environment.ProcessId * 97;

    /// <summary>Listens on the next one that is free.</summary>
    public static ILinkListener Listen(Func<int, ILinkListener> listen)
    {
        for (int tries = 1; ; tries++)
        {
            try
            {
                return listen(First + (int)((uint)Interlocked.Increment(ref _next) % Count));
            }
            catch (SoftlanException) when (tries < MaxTries)
            {
                // The next one, then.
            }
        }
    }
}
