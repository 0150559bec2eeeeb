using System.Text;
using Softlan.Wire;

namespace Softlan.Roles.CommandLine;

/// <summary>stdout: what cannot be written there is a failure that an operator can act on.</summary>
internal sealed class OutputWriter(TextWriter inner) : TextWriter
{
    public override Encoding Encoding => inner.Encoding;

    public override void Write(char value) => Try(() => inner.Write(value));

    public override void Write(char[] buffer, int index, int count) => Try(() => inner.Write(buffer, index, count));

    public override void Write(string? value) => Try(() => inner.Write(value));

    public override void WriteLine(string? value) => Try(() => inner.Write(value + NewLine));

    public override void Flush() => Try(inner.Flush);

    private static void Try(Action write)
    {
        try
        {
            write();
        }
        catch (IOException e)
        {
            throw Failure(e.Message.TrimEnd('.'));
        }
        catch (UnauthorizedAccessException)
        {
            throw Failure("it is not open for writing"); // .NET's word for a bad descriptor, and it speaks of a path then.
        }
    }

    private static SoftlanException Failure(string reason) =>
        SoftlanException.Create("Cannot write to stdout", reason, "let it go to a terminal, to a file on a disk with room, or to /dev/null");
}
