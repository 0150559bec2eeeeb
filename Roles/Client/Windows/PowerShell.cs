namespace Softlan.Roles.Client.Windows;

/// <summary>Commands that a player is told to type.</summary>
internal static class PowerShell
{
    /// <summary>A text as one argument.</summary>
    public static string Quote(string text) => $"'{text.Replace("'", "''", StringComparison.Ordinal)}'";
}
