using System.Runtime.Versioning;
using Softlan.Platform.Linux;
using Xunit;

namespace Softlan.Tests.Platform.Linux;

[SupportedOSPlatform("linux")]
public sealed class LoopThreadTests
{
    [Fact]
    public void Invoke_LoopHasEndedByABug_RunsHere_AndMainHearsOfTheBug()
    {
        using EventLoop main = new();
        using LoopThread thread = new("worker", main);
        thread.Start();
        InvalidOperationException bug = new("A test said so.");
        thread.Loop.Post(() => throw bug);
        Assert.Same(bug, Assert.Throws<InvalidOperationException>(() => RunTurns(main)));
        int here = Environment.CurrentManagedThreadId;
        int ran = 0;
        thread.Invoke(() => ran = Environment.CurrentManagedThreadId);
        Assert.Equal(here, ran);
    }

    [Fact]
    public void Invoke_WhatIsThrown_IsThrownHere_AndTheLoopGoesOn()
    {
        using EventLoop main = new();
        using LoopThread thread = new("worker", main);
        thread.Start();
        Assert.Throws<InvalidOperationException>(() => thread.Invoke(() => throw new InvalidOperationException("A test said so.")));
        int ran = 0;
        thread.Invoke(() => ran = Environment.CurrentManagedThreadId);
        Assert.NotEqual(Environment.CurrentManagedThreadId, ran);
    }

    /// <summary>A signal at the very end, or a worker that does not know yet.</summary>
    [Fact]
    public void Post_LoopIsGone_IsForgotten()
    {
        EventLoop loop = new();
        loop.Dispose();
        loop.Post(() => Assert.Fail("Nobody is left to do this."));
    }

    private static void RunTurns(EventLoop loop)
    {
        DateTime end = DateTime.UtcNow + TimeSpan.FromSeconds(30);
        while (DateTime.UtcNow < end)
        {
            loop.RunTurn(TimeSpan.FromMilliseconds(10));
        }
    }
}
