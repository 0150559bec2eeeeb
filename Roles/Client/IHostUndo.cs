namespace Softlan.Roles.Client;

/// <summary>Knows how to take back what a <see cref="HostChange"/> describes.</summary>
internal interface IHostUndo
{
    /// <summary>Takes it back. What is gone already is no failure: an interface takes its routes and addresses with it.</summary>
    void Undo(HostChange change);
}
