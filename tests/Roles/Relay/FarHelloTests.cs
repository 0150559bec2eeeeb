using Microsoft.Extensions.Logging;
using Softlan.Roles.Relay;
using Softlan.Tests.Fakes;
using Softlan.Wire;
using Xunit;
using static Softlan.Tests.Roles.Relay.RelayBench;

namespace Softlan.Tests.Roles.Relay;

/// <summary>A bug shows while a link of another worker comes in.</summary>
public sealed class FarHelloTests() : TwoWorkers(new RelayOptions { StateDirectory = "/nowhere", ServerName = "relay" }, new BuggyLogger())
{
    [Fact]
    public void HelloOfAFarLinkMeetsABug_OnlyThatLinkEnds()
    {
        MemoryLink gateway = Join(0, GatewayHello());
        MemoryLink bob = Join(1, ClientHello(2) with { Name = BuggyLogger.Trigger });
        Assert.Equal((CloseReason.ProtocolError, "internal error"), bob.ClosedWith);
        Turn(10);
        Assert.Null(gateway.ClosedWith);
        Assert.Equal(1, House.Peers);

        MemoryLink cem = Join(1, ClientHello(2));
        Assert.Contains(cem.SentControl, message => message.Contains("\"welcome\"", StringComparison.Ordinal));
    }

    /// <summary>Any code of the relay's that a hello runs would do; this one a test can reach.</summary>
    private sealed class BuggyLogger : ILogger
    {
        public const string Trigger = "little bobby tables";

        private bool _hasThrown;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (!_hasThrown && formatter(state, exception).Contains(Trigger, StringComparison.Ordinal))
            {
                _hasThrown = true;
                throw new InvalidOperationException("a bug");
            }
        }
    }
}
