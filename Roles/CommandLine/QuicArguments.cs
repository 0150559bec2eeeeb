using System.CommandLine;
using Softlan.Platform;

namespace Softlan.Roles.CommandLine;

/// <summary>The command line of <see cref="QuicSettings"/>: one instance belongs to one command.</summary>
internal sealed class QuicArguments
{
    /// <summary>Stands for <c>--quic</c>, as for every option.</summary>
    public const string QuicVariable = "SOFTLAN_QUIC";

    /// <summary>In milliseconds: nobody can play behind a longer queue.</summary>
    public const int MaxQueueTime = 1000;

    private readonly Option<Choice<QuicEngineKind>> _quic = SoftlanOption.OneOf(
        "--quic",
        OperatingSystem.IsLinux() ? "a QUIC library" : "a QUIC library that softlan has on this system",
        OperatingSystem.IsLinux() ? "ngtcp2|msquic" : "msquic",
        "The QUIC library to use: ngtcp2, which is built in on Linux, "
        + "or msquic, which is built in on Windows and must be installed as libmsquic on Linux. The two understand each other.",
        QuicSettings.Default.Kind,
        OperatingSystem.IsLinux() ? [("ngtcp2", QuicEngineKind.Ngtcp2), ("msquic", QuicEngineKind.MsQuic)] : [("msquic", QuicEngineKind.MsQuic)]);

    private readonly Option<int> _queueTime = SoftlanOption.WithDefault(
        "--queue-time",
        ValueKinds.Integer("a time in milliseconds", 1, MaxQueueTime, "milliseconds", (int)QuicSettings.Default.QueueTime.TotalMilliseconds),
        "ms",
        "How long a frame may wait for a full internet connection; then it is dropped, because in a game late is worse than lost. "
        + "TCP may wait ten times as long, because games go first.",
        (int)QuicSettings.Default.QueueTime.TotalMilliseconds);

    public void AddTo(Command command)
    {
        command.Add(_quic);
        command.Add(_queueTime);
    }

    public QuicSettings Read(ParseResult parsed) => new()
    {
        Kind = parsed.GetValue(_quic).Value,
        QueueTime = TimeSpan.FromMilliseconds(parsed.GetValue(_queueTime)),
    };
}
