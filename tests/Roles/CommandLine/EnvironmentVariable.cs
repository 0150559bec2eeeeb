namespace Softlan.Tests.Roles.CommandLine;

/// <summary>One that is set until this is disposed. Classes of tests run beside each other, so each sets names of its own.</summary>
internal sealed class EnvironmentVariable : IDisposable
{
    private readonly string _name;

    public EnvironmentVariable(string name, string value)
    {
        _name = name;
        Environment.SetEnvironmentVariable(name, value);
    }

    public void Dispose() => Environment.SetEnvironmentVariable(_name, null);
}
