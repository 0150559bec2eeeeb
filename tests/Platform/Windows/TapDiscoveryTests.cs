using Softlan.Platform.Windows;
using Softlan.Wire;
using Xunit;

namespace Softlan.Tests.Platform.Windows;

public sealed class TapDiscoveryTests
{
    private readonly FakeTapRegistry _registry = new();

    private TapDiscovery Discovery => new(_registry);

    [Fact]
    public void List_FindsBothComponentIdsInAnyCase_AndNothingElse()
    {
        _registry.Add("0001", "pci\\ven_8086&dev_15b8", "{AAAAAAAA-2222-3333-4444-555555555555}", "Ethernet");
        _registry.Add("0042", "tap0901", "{11111111-2222-3333-4444-555555555555}", "Party", "ROOT\\NET\\0000");
        _registry.Add("0043", "Root\\TAP0901", "{22222222-2222-3333-4444-555555555555}", "Another");
        _registry.Add("0044", "wintun", "{33333333-2222-3333-4444-555555555555}", "Wintun");
        _registry.Add("0045", "tap0901x", "{44444444-2222-3333-4444-555555555555}", "Strange");
        _registry.Add("0046", null, "{55555555-2222-3333-4444-555555555555}", "Nameless");
        Assert.Equal(["Another", "Party"], Discovery.List().Select(adapter => adapter.Name));
        Assert.Equal(
            new TapAdapter(Guid.Parse("11111111-2222-3333-4444-555555555555"), "Party", "tap0901", "0042", "ROOT\\NET\\0000"),
            Discovery.Choose("party"));
    }

    [Fact]
    public void List_WithoutUsableId_IsPassedOver()
    {
        _registry.Add("0042", "tap0901", "not a guid", "Party");
        _registry.Add("0043", "tap0901", null, "Party");
        Assert.Empty(Discovery.List());
    }

    [Fact]
    public void List_WithoutConnection_IsNamedByItsId()
    {
        _registry.Add("0042", "tap0901", "{11111111-2222-3333-4444-55555555555a}", null);
        Assert.Equal("{11111111-2222-3333-4444-55555555555A}", Assert.Single(Discovery.List()).Name);
    }

    [Fact]
    public void Choose_None_SaysWhereTheDriverIs() =>
        Assert.Contains(
            "TAP-Windows6, the driver of the OpenVPN project",
            Assert.Throws<SoftlanException>(() => Discovery.Choose(null)).Message,
            StringComparison.Ordinal);

    [Fact]
    public void Choose_Several_NamesThem()
    {
        AddTwo();
        Assert.Equal(
            "Cannot tell which TAP adapter to use: this PC has 2: 'One', 'Two'. Hint: name one with --tap, for example --tap \"One\".",
            Assert.Throws<SoftlanException>(() => Discovery.Choose("")).Message);
    }

    [Theory]
    [InlineData("two")]
    [InlineData("{22222222-2222-3333-4444-555555555555}")]
    [InlineData("22222222-2222-3333-4444-555555555555")]
    public void Choose_ByNameOrId(string wanted)
    {
        AddTwo();
        Assert.Equal("Two", Discovery.Choose(wanted).Name);
    }

    [Fact]
    public void Choose_Unknown_NamesTheOnesThatAreThere()
    {
        AddTwo();
        Assert.StartsWith(
            "Cannot find the TAP adapter 'Three': this PC has 'One', 'Two'.",
            Assert.Throws<SoftlanException>(() => Discovery.Choose("Three")).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Choose_NameOfTwo_AsksForTheId()
    {
        _registry.Add("0042", "tap0901", "{11111111-2222-3333-4444-555555555555}", "Same");
        _registry.Add("0043", "tap0901", "{22222222-2222-3333-4444-555555555555}", "Same");
        Assert.Contains("several have that name", Assert.Throws<SoftlanException>(() => Discovery.Choose("same")).Message, StringComparison.Ordinal);
    }

    /// <summary>Without --hwid, tapctl of OpenVPN 2.7 makes an adapter that softlan cannot use.</summary>
    [Fact]
    public void NoAdapter_TheCommandThatMakesOneNamesItsKind()
    {
        string none = Assert.Throws<SoftlanException>(() => Discovery.Choose(null)).Message;
        string notFound = Assert.Throws<SoftlanException>(() => Discovery.Choose("Party")).Message;
        Assert.Contains(@"tapctl create --hwid root\tap0901", none, StringComparison.Ordinal);
        Assert.Contains(@"tapctl create --hwid root\tap0901", notFound, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(31, "another program uses it")]
    [InlineData(2, "its driver does not run")]
    [InlineData(5, "Run as administrator")]
    [InlineData(1167, "(error 1167)")]
    public void CannotOpen_SaysWhy(int error, string part)
    {
        TapAdapter adapter = new(Guid.Empty, "Party", "tap0901", "0042", null);
        string message = TapFailures.CannotOpen(adapter, error).Message;
        Assert.StartsWith("Cannot open the TAP adapter 'Party': ", message, StringComparison.Ordinal);
        Assert.Contains(part, message, StringComparison.Ordinal);
        Assert.Contains($"(error {error})", message, StringComparison.Ordinal);
    }

    private void AddTwo()
    {
        _registry.Add("0042", "tap0901", "{11111111-2222-3333-4444-555555555555}", "One");
        _registry.Add("0043", "root\\tap0901", "{22222222-2222-3333-4444-555555555555}", "Two");
    }
}
