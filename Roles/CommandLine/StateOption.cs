using System.CommandLine;
using Softlan.Roles.Shared;

namespace Softlan.Roles.CommandLine;

/// <summary>Where a role keeps its files: one option for all of them, so that one advice fits where a directory cannot be written.</summary>
internal static class StateOption
{
    /// <param name="description">Full sentences: what lies there.</param>
    public static Option<string> Create(string description) => SoftlanOption.WithDefault(
        StateFiles.Option, ValueKinds.DirectoryPath, "directory", description, StateFiles.DefaultDirectory());
}
