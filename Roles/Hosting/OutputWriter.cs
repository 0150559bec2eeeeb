using Softlan.Wire;

namespace Softlan.Roles.Hosting;

/// <summary>stdout: what cannot be written there is a failure that an operator can act on.</summary>
internal sealed class OutputWriter(TextWriter inner) : GuardedWriter(inner)
{
    protected override void Guard(Action write)
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
