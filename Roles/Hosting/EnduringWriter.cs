namespace Softlan.Roles.Hosting;

/// <summary>stderr: a terminal that is gone or a full disk loses what is written, and never ends the one who writes. It is tried each time: a disk
/// may have room again.</summary>
internal sealed class EnduringWriter(TextWriter inner) : GuardedWriter(inner)
{
    private volatile bool _hasFailed;

    /// <summary>Whether a write was lost since the start.</summary>
    public bool HasFailed => _hasFailed;

    protected override void Guard(Action write)
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
