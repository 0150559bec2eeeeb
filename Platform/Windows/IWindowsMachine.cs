using Softlan.Wire;

namespace Softlan.Platform.Windows;

/// <summary>A Windows machine, as far as a player's client changes it: this one, or one in memory in tests.</summary>
internal interface IWindowsMachine
{
    /// <summary>Whether this process may change the machine.</summary>
    bool IsElevated { get; }

    ProcessStamp ThisProcess { get; }

    ITapRegistry Registry { get; }

    IIpHelper Ip { get; }

    IAdapterRestart Restart { get; }

    INetworkCategories Categories { get; }

    INetworkWatch Network { get; }

    bool IsAlive(ProcessStamp process);

    /// <summary>The network cards, without one adapter. Takes milliseconds; null where Windows does not say.</summary>
    IReadOnlyList<NetworkCard>? ListCards(Guid exceptAdapter);

    /// <summary>Opens an adapter. Throws <see cref="SoftlanException"/>.</summary>
    ITapDevice Open(TapAdapter adapter);

    /// <summary>Lets time pass while the machine does something. Only before anything runs that must not wait.</summary>
    void Sleep(TimeSpan time);

    /// <summary>Runs work that may take its time on another thread than the caller's. What it throws nobody catches.</summary>
    void RunOffLane(Action work);
}
