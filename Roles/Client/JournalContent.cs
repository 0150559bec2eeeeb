namespace Softlan.Roles.Client;

/// <summary>The journal file: what one run of the client changed on its machine, oldest first, and which run it was.</summary>
internal sealed record JournalContent(int Pid, long StartTime, string Boot, string NetworkNamespace, IReadOnlyList<HostChange> Changes);
