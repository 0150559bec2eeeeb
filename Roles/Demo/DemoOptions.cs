namespace Softlan.Roles.Demo;

/// <summary>What `softlan demo` was asked to do.</summary>
/// <param name="Keep">Leave the party running until Ctrl-C.</param>
internal sealed record DemoOptions(bool Keep);
