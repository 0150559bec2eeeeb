using System.Text;

namespace Softlan.Roles.Hosting;

/// <summary>A stream of the terminal, or whatever stands in its place, whose failures mean something to softlan.</summary>
/// <param name="inner">Where everything goes.</param>
internal abstract class GuardedWriter(TextWriter inner) : TextWriter
{
    public override Encoding Encoding => inner.Encoding;

    public override void Write(char value) => Guard(() => inner.Write(value));

    public override void Write(char[] buffer, int index, int count) => Guard(() => inner.Write(buffer, index, count));

    public override void Write(string? value) => Guard(() => inner.Write(value));

    /// <summary>As one write, so that the line of another process does not come in between.</summary>
    public override void WriteLine(string? value) => Guard(() => inner.Write(value + NewLine));

    public override void Flush() => Guard(inner.Flush);

    /// <summary>Writes, and does what is to be done when that fails.</summary>
    protected abstract void Guard(Action write);
}
