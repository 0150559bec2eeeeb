using Softlan.Wire;

namespace Softlan.Platform.Linux.Netlink;

/// <summary>The kernel's answer to one netlink request.</summary>
/// <param name="Code">0, or the error number without its sign.</param>
/// <param name="Text">The kernel's own sentence about it (NETLINK_EXT_ACK), where it has one.</param>
internal readonly record struct NetlinkResult(int Code, string? Text)
{
    public bool Succeeded => Code == 0;

    public bool AlreadyExists => Code == Errno.EEXIST;

    /// <summary>What was to be changed or removed is not there.</summary>
    public bool NotFound => Code is Errno.ESRCH or Errno.ENODEV or Errno.ENOENT or Errno.ENXIO or Errno.EADDRNOTAVAIL;

    /// <summary>A lookup found no route, or one that only rejects: unreachable, prohibit and blackhole routes have these numbers
    /// (fib_props in net/ipv4/fib_semantics.c, ip6_route_info_create in net/ipv6/route.c).</summary>
    public bool LeadsNowhere => Code is Errno.ENETUNREACH or Errno.EHOSTUNREACH or Errno.EACCES or Errno.EINVAL;

    /// <summary>The reason, as it stands in a message.</summary>
    public string Reason => Text is null ? Errno.Text(Code) : $"{Errno.Text(Code)}, the kernel says: {Text}";

    public SoftlanException ToException(string what, string? hint = null) =>
        SoftlanException.Create(what, Reason, hint ?? (Code is Errno.EPERM or Errno.EACCES ? Privileges.Hint : null));

    /// <exception cref="SoftlanException">The request was refused.</exception>
    public void ThrowIfFailed(string what, string? hint = null)
    {
        if (!Succeeded)
        {
            throw ToException(what, hint);
        }
    }
}
