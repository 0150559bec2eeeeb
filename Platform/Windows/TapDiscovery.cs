using Softlan.Wire;
using static Softlan.Platform.Windows.NativeTapWindows6;

namespace Softlan.Platform.Windows;

/// <summary>Finds the TAP-Windows6 adapters of a machine, and the one that is meant.</summary>
internal sealed class TapDiscovery(ITapRegistry registry)
{
    /// <summary>All of them, by name.</summary>
    public IReadOnlyList<TapAdapter> List()
    {
        List<TapAdapter> adapters = [];
        foreach (AdapterKey key in registry.ListAdapters())
        {
            if (IsTap(key.ComponentId) && Guid.TryParse(key.InstanceId, out Guid id))
            {
                (string? name, string? instanceId) = registry.FindConnection(id);
                adapters.Add(new TapAdapter(id, name ?? Format(id), key.ComponentId!, key.ClassKey, instanceId));
            }
        }

        return [.. adapters.OrderBy(adapter => adapter.Name, StringComparer.OrdinalIgnoreCase)];
    }

    /// <summary>The one that <paramref name="wanted"/> names by its name or id; where nothing is wanted, the only one.</summary>
    /// <exception cref="SoftlanException">None, several, or none of that name.</exception>
    public TapAdapter Choose(string? wanted)
    {
        IReadOnlyList<TapAdapter> adapters = List();
        if (string.IsNullOrEmpty(wanted))
        {
            return adapters.Count switch
            {
                0 => throw TapFailures.NoDriver(),
                1 => adapters[0],
                _ => throw TapFailures.MustChoose(adapters),
            };
        }

        bool isId = Guid.TryParse(wanted, out Guid id);
        TapAdapter[] meant =
        [
            .. adapters.Where(adapter => string.Equals(adapter.Name, wanted, StringComparison.OrdinalIgnoreCase) || (isId && adapter.Id == id))
        ];
        return meant.Length switch
        {
            0 => throw TapFailures.NotFound(wanted, adapters),
            1 => meant[0],
            _ => throw TapFailures.Ambiguous(wanted),
        };
    }

    /// <summary>As Windows writes it: upper case, in braces.</summary>
    public static string Format(Guid id) => id.ToString("B").ToUpperInvariant();

    private static bool IsTap(string? componentId) =>
        string.Equals(componentId, TAP_WIN_COMPONENT_ID, StringComparison.OrdinalIgnoreCase)
        || string.Equals(componentId, TAP_WIN_ROOT_COMPONENT_ID, StringComparison.OrdinalIgnoreCase);
}
