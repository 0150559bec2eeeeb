using Xunit;

namespace Softlan.Tests.Loopback;

/// <summary>Tests that measure time by the clock on the wall run one after the other, when all others are done: beside them they would measure the
/// machine.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class WallTimeTests
{
    public const string Name = "Time by the clock on the wall";
}
