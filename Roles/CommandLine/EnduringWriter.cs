using System.Text;

namespace Softlan.Roles.CommandLine;

/// <summary>stderr: a terminal that is gone or a full disk loses what is written, and never ends the one who writes.</summary>
/// <param name="inner">Where everything goes while that works. It is tried each time: a disk may have room again.</param>
internal sealed class EnduringWriter(TextWriter inner) : TextWriter
{
    private volatile bool _hasFailed;

    public override Encoding Encoding => inner.Encoding;

    /// <summary>Whether a write was lost since the start.</summary>
    public bool HasFailed => _hasFailed;

    public override void Write(char value) => Try(() => inner.Write(value));

    public override void Write(char[] buffer, int index, int count) => Try(() => inner.Write(buffer, index, count));

    public override void Write(string? value) => Try(() => inner.Write(value));

    /// <summary>As one write, so that the line of another process does not come in between.</summary>
    public override void WriteLine(string? value) => Try(() => inner.Write(value + NewLine));

    public override void Flush() => Try(inner.Flush);

    private void Try(Action write)
    {
        try
        {
            write();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ObjectDisposedException)
        {
            _hasFailed = true;
        }
    }
}
