namespace Softlan.Roles.Client;

/// <summary>What Windows' firewall is to make of the party's network.</summary>
internal enum NetworkCategoryChoice
{
    /// <summary>A private network, in which games are heard.</summary>
    Private,

    /// <summary>Whatever Windows makes of it.</summary>
    Leave,
}
