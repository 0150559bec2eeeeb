namespace Softlan.Roles.Demo;

/// <summary>A step of the demo that did not work; its message says why, without a full stop. The demo shows it in its table and goes on where it
/// can.</summary>
internal sealed class DemoFailure(string message) : Exception(message);
