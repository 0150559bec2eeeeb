namespace Softlan.Platform;

/// <summary>Names one run of one process for good: a process number alone is given to others later.</summary>
/// <param name="Pid">Its number.</param>
/// <param name="StartTime">When it started, in the operating system's own unit.</param>
/// <param name="Boot">The boot during which it ran.</param>
/// <param name="NetworkNamespace">Whose routes and interfaces it saw; empty where there is only one.</param>
internal sealed record ProcessStamp(int Pid, long StartTime, string Boot, string NetworkNamespace);
