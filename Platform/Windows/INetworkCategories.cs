namespace Softlan.Platform.Windows;

/// <summary>The Network List Manager's view of networks. Every call may take its time and belongs on the thread pool.</summary>
internal interface INetworkCategories
{
    /// <summary>The network that an adapter is connected to; null while Windows has not identified it. Throws
    /// <see cref="Wire.SoftlanException"/>.</summary>
    KnownNetwork? Find(Guid adapter);

    /// <summary>What a network is like; null: it is gone. Throws <see cref="Wire.SoftlanException"/>.</summary>
    NetworkState? Read(Guid network);

    /// <summary>Sets the category of a network; one that is gone is passed over. Throws <see cref="Wire.SoftlanException"/>.</summary>
    void Set(Guid network, NetworkCategory category);
}
