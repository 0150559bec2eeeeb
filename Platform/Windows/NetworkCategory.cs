namespace Softlan.Platform.Windows;

/// <summary>NLM_NETWORK_CATEGORY (netlistmgr.h).</summary>
internal enum NetworkCategory
{
    Public = 0,
    Private = 1,
    DomainAuthenticated = 2,
}
