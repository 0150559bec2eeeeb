using Xunit;

namespace Softlan.Tests.Platform.Linux;

/// <summary>Tests that take again at once what they have just closed run when all others are done: a process that another test starts holds copies of
/// all descriptors for a moment, between fork and exec, also of those that close on exec.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class NoForkTests
{
    public const string Name = "No process starts beside them";
}
