namespace Softlan.Roles.Hosting;

/// <summary>How log lines look.</summary>
internal enum LogFormat
{
    /// <summary>For people.</summary>
    Text,

    /// <summary>One JSON object a line, for log collectors.</summary>
    Json,
}
