namespace Softlan.Roles.Client.Linux.Dhcp;

/// <summary>Runs a DHCP client for the TAP. Used on the lane; everything it reports comes there.</summary>
internal interface IDhcpRunner : IDisposable
{
    /// <summary>What kind of DHCP client it is, for messages.</summary>
    string Name { get; }

    /// <summary>Starts it. At most one runs at a time. Throws <see cref="Wire.SoftlanException"/>.</summary>
    void Start(IDhcpRunnerOwner owner);

    /// <summary>Ends it and waits until it has ended; nothing is reported any more. Does nothing when none runs.</summary>
    void Stop();

    /// <summary>Asks for a new look at the lease without giving it up.</summary>
    /// <returns>False when this client cannot be asked: then stopping and starting it does the same.</returns>
    bool TryRenew();
}
