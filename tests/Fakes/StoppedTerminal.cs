using System.Text;

namespace Softlan.Tests.Fakes;

/// <summary>A terminal whose output was stopped with Ctrl-S: whoever writes waits.</summary>
internal sealed class StoppedTerminal : TextWriter
{
    public override Encoding Encoding => Encoding.UTF8;

    /// <summary>Somebody waits.</summary>
    public ManualResetEventSlim IsWrittenTo { get; } = new();

    /// <summary>Ctrl-Q.</summary>
    public ManualResetEventSlim GoOn { get; } = new();

    public override void Write(char value)
    {
        IsWrittenTo.Set();
        GoOn.Wait();
    }

    public override void Write(string? value) => Write(' ');
}
