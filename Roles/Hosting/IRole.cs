using Softlan.Wire;

namespace Softlan.Roles.Hosting;

/// <summary>The job of one command: relay, gateway or client. Lives on one lane; every member is called there. Disposing it undoes, in reverse order,
/// whatever is not undone yet.</summary>
internal interface IRole : IDisposable
{
    /// <summary>Frames carried so far: on client and gateway in both directions, on a relay each once. May be a second old. They tell whether
    /// somebody plays.</summary>
    long Frames { get; }

    /// <summary>Begins. Throws <see cref="SoftlanException"/> where it cannot.</summary>
    /// <param name="ended">Call it once when the role is over: null when it was asked to stop, otherwise the failure.</param>
    void Start(Action<SoftlanException?> ended);

    /// <summary>Begins to end in order: says bye, undoes its changes to the host, then reports the end. A second call does nothing.</summary>
    void Stop();

    /// <summary>Somebody sent SIGHUP: a daemon reads its files again, and what serves one person stops. When the terminal is gone, <see cref="Stop"/>
    /// is called instead.</summary>
    void HangUp();
}
