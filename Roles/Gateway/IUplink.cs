using System.Net;

namespace Softlan.Roles.Gateway;

/// <summary>Says when this machine has a way to the relay again, or another one. Used on the gateway's lane.</summary>
internal interface IUplink : IDisposable
{
    /// <summary>The relay is about to be tried there.</summary>
    void Remember(IPAddress relay);

    /// <summary>Begins to look.</summary>
    /// <param name="changed">Called for each way that is new.</param>
    void Watch(Action changed);
}
