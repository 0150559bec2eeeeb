using System.Runtime.Versioning;
using Microsoft.Extensions.Logging;
using Softlan.Platform.Linux;
using Softlan.Roles.Hosting;
using Softlan.Tests.Fakes;
using Softlan.Tests.Roles.Shared;
using Softlan.Wire;
using Xunit;

namespace Softlan.Tests.Roles.Hosting;

[SupportedOSPlatform("linux")]
public sealed class LinuxHostTests
{
    /// <summary>Threads that post to the loop are stopped when nothing is done any more that needs them, and before the loop is gone.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Run_OtherThreads_AreStoppedBehindTheRoleAndBeforeTheLoop(bool hasBug)
    {
        List<string> story = [];
        EventLoop loop = null!;
        Exception? thrown = Record.Exception(() => LinuxHost.Run(
            new LoggingOptions(LogLevel.None),
            null,
            (_, _) => new ScriptedEngine(new ManualLane()),
            (made, _, _) =>
            {
                loop = made;
                return new BriefRole(made, hasBug, story);
            },
            () =>
            {
                loop.Post(() => story.Add("others stopped"));
                loop.RunTurn(TimeSpan.Zero);
            }));
        Assert.Equal(hasBug ? "a bug" : null, thrown?.Message);
        Assert.Equal(["role disposed", "others stopped"], story);
    }

    private sealed class BriefRole(EventLoop loop, bool hasBug, List<string> story) : IRole
    {
        public long Frames => 0;

        public void Start(Action<SoftlanException?> ended) => loop.Post(() =>
        {
            if (hasBug)
            {
                throw new InvalidOperationException("a bug");
            }

            ended(null);
        });

        public void Stop()
        {
        }

        public void HangUp()
        {
        }

        public void Dispose() => story.Add("role disposed");
    }
}
