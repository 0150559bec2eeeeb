using Softlan.Roles.Client;
using Softlan.Wire;

namespace Softlan.Tests.Roles.Client;

/// <summary>Remembers what was saved last; can be a full disk.</summary>
internal sealed class FakeJournal : IChangeJournal
{
    public IReadOnlyList<HostChange> Saved { get; private set; } = [];

    public bool IsFull { get; set; }

    /// <summary>So many times it is held by another program.</summary>
    public int Refusals { get; set; }

    public void Save(IReadOnlyList<HostChange> changes)
    {
        if (IsFull || Refusals-- > 0)
        {
            throw SoftlanException.Create("Cannot save the journal", "No space left on device");
        }

        Saved = changes;
    }
}
