namespace Softlan.Roles.Client;

/// <summary>Where the changes of a running client survive its sudden end.</summary>
internal interface IChangeJournal
{
    /// <summary>Replaces what is written down; an empty list removes it. Throws <see cref="Wire.SoftlanException"/>, and then what was written before
    /// is still there.</summary>
    void Save(IReadOnlyList<HostChange> changes);
}
