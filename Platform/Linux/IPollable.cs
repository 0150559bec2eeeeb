namespace Softlan.Platform.Linux;

/// <summary>Owns a descriptor that the loop watches.</summary>
internal interface IPollable
{
    /// <summary>Level-triggered: do a bounded amount of work and return; the loop comes back while there is more.</summary>
    void OnReady(PollEvents events);
}
