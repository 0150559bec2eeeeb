using System.Runtime.Versioning;
using Softlan.Platform.Linux;
using Xunit;

namespace Softlan.Tests.Platform.Linux;

[SupportedOSPlatform("linux")]
public sealed class EventLoopTests : IDisposable
{
    /// <summary>Other tests open descriptors meanwhile, and one of them may get the number that has become free.</summary>
    private const int Attempts = 20;

    private readonly EventLoop _loop = new();
    private readonly List<SafeFd> _open = [];

    public void Dispose()
    {
        _open.ForEach(fd => fd.Dispose());
        _loop.Dispose();
    }

    /// <summary>What the kernel has reported of a descriptor does not reach the next one of its number.</summary>
    [Fact]
    public void OnReady_ReplacesAnotherReadyDescriptorByOneOfTheSameNumber_WhichHearsNothing()
    {
        for (int i = 0; i < Attempts; i++)
        {
            (bool hasItsNumber, int heard) = ReplaceInTheTurn();
            Assert.Equal(0, heard);
            if (hasItsNumber)
            {
                return;
            }
        }

        Assert.Fail($"No number came back in {Attempts} attempts.");
    }

    private (bool HasItsNumber, int Heard) ReplaceInTheTurn()
    {
        SafeFd first = Ready();
        SafeFd second = Ready();
        SafeFd? next = null;
        bool hasItsNumber = false;
        Counter newcomer = new(() => { });
        int turns = 0;
        _loop.Add(first, PollEvents.Readable, new Counter(() => Replace(first, second)));
        _loop.Add(second, PollEvents.Readable, new Counter(() => Replace(second, first)));
        _loop.RunTurn(TimeSpan.FromSeconds(1));
        Assert.NotNull(next);
        Assert.Equal(1, turns);
        _loop.RunTurn(TimeSpan.Zero);
        _loop.Remove(next);
        return (hasItsNumber, newcomer.Calls);

        void Replace(SafeFd own, SafeFd other)
        {
            turns++;
            _loop.Remove(own);
            _loop.Remove(other);
            int number = other.Number;
            other.Dispose();
            next = Open(0);
            hasItsNumber = next.Number == number;
            _loop.Add(next, PollEvents.Readable, newcomer);
        }
    }

    private SafeFd Ready() => Open(1);

    private SafeFd Open(uint value)
    {
        SafeFd fd = NativeLibc.EventFd(value, NativeLibc.EFD_CLOEXEC | NativeLibc.EFD_NONBLOCK);
        _open.Add(fd);
        return fd;
    }

    private sealed class Counter(Action onReady) : IPollable
    {
        public int Calls { get; private set; }

        public void OnReady(PollEvents events)
        {
            Calls++;
            onReady();
        }
    }
}
