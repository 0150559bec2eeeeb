namespace Softlan.Platform.Windows;

/// <summary>What softlan changes of an interface's IPv4 or IPv6 side.</summary>
/// <param name="AutomaticMetric">Windows chooses the metric by speed.</param>
/// <param name="Metric">The metric; meaningful where it is not automatic.</param>
/// <param name="DefaultRoutesDisabled">Default routes on this interface are not used.</param>
/// <param name="Mtu">The IP MTU in bytes.</param>
internal sealed record IpInterfaceState(bool AutomaticMetric, uint Metric, bool DefaultRoutesDisabled, uint Mtu)
{
    /// <summary>Whether Windows holds what <paramref name="wanted"/> asks for. An automatic metric may have any value.</summary>
    public bool Satisfies(IpInterfaceState wanted) =>
        AutomaticMetric == wanted.AutomaticMetric
        && (AutomaticMetric || Metric == wanted.Metric)
        && DefaultRoutesDisabled == wanted.DefaultRoutesDisabled
        && Mtu == wanted.Mtu;
}
