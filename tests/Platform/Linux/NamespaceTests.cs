using Xunit;

namespace Softlan.Tests.Platform.Linux;

/// <summary>Tests that make network namespaces run one after the other: each is short, and together they would only slow each other down.</summary>
[CollectionDefinition(Name)]
public sealed class NamespaceTests
{
    public const string Name = "Network namespaces";
}
