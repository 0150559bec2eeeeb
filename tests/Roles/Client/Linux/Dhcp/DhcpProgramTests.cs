using System.Net.Sockets;
using Softlan.Roles.Client.Linux.Dhcp;
using Softlan.Wire;
using Xunit;

namespace Softlan.Tests.Roles.Client.Linux.Dhcp;

public sealed class DhcpProgramTests
{
    [Theory]
    [InlineData("/usr/sbin/udhcpc /bin/busybox /sbin/dhclient /sbin/dhcpcd", true, "/usr/sbin/udhcpc")]
    [InlineData("/bin/busybox /sbin/dhclient /sbin/dhcpcd", true, "/bin/busybox udhcpc")]
    [InlineData("/bin/busybox /sbin/dhclient /sbin/dhcpcd", false, "/sbin/dhclient")]
    [InlineData("/sbin/dhclient /sbin/dhcpcd", false, "/sbin/dhclient")]
    [InlineData("/sbin/dhcpcd", false, "/sbin/dhcpcd")]
    [InlineData("/opt/bin/dhcpcd", false, "/opt/bin/dhcpcd")]
    public void Find_TakesTheFirstInTheOrderOfPreference(string installed, bool busyboxHasUdhcpc, string found) =>
        Assert.Equal(found, string.Join(' ', Finder(installed, busyboxHasUdhcpc).Find().Command));

    [Fact]
    public void Find_None_SaysWhatToInstall()
    {
        SoftlanException error = Assert.Throws<SoftlanException>(() => Finder("/bin/busybox", busyboxHasUdhcpc: false).Find());
        Assert.Contains("apt install udhcpc", error.Message, StringComparison.Ordinal);
        Assert.Contains("--address none", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/run/dhcpcd/sock")]
    [InlineData("/run/dhcpcd.sock")]
    public void DhcpcdThatManagesTheMachine_WouldTakeTheAddress_AndIsRefused(string socket)
    {
        DhcpProgram dhcpcd = new(DhcpProgramKind.Dhcpcd, "/sbin/dhcpcd");
        SoftlanException error = Assert.Throws<SoftlanException>(() => DhcpcdManager.RequireNone(dhcpcd, socket.Equals));
        Assert.Contains($"manages this machine's network already ({socket})", error.Message, StringComparison.Ordinal);
        Assert.Contains("apt install udhcpc", error.Message, StringComparison.Ordinal);
        Assert.Contains("--address", error.Message, StringComparison.Ordinal);
        DhcpcdManager.RequireNone(dhcpcd, _ => false);
        DhcpcdManager.RequireNone(new DhcpProgram(DhcpProgramKind.Udhcpc, "/sbin/udhcpc"), _ => true);
    }

    [Fact]
    public void DhcpcdsSocket_LeftBehind_IsNoManager()
    {
        using TemporaryDirectory directory = new();
        string path = directory.File("sock");
        Assert.False(DhcpcdManager.Listens(path));
        using (Socket manager = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
        {
            manager.Bind(new UnixDomainSocketEndPoint(path));
            manager.Listen();
            Assert.True(DhcpcdManager.Listens(path));
        }

        File.WriteAllText(path, "");
        Assert.False(DhcpcdManager.Listens(path));
    }

    [Fact]
    public void Find_RelativeDirectoriesInThePath_AreNotTrusted() =>
        Assert.Throws<SoftlanException>(() => new DhcpProgramFinder(".:bin", path => !Path.IsPathFullyQualified(path), _ => true).Find());

    [Theory]
    [InlineData(nameof(DhcpProgramKind.Udhcpc), "/sbin/x -f -i tap0 -s /run/s -t 10 -T 1 -A 1 -o -O subnet -O broadcast")]
    [InlineData(
        nameof(DhcpProgramKind.Dhclient),
        "/sbin/x -4 -d -sf /run/s -cf /run/d/dhclient.conf -lf /run/d/dhclient.leases -pf /run/d/dhclient.pid tap0")]
    [InlineData(nameof(DhcpProgramKind.Dhcpcd), "/sbin/x -4 -B --noconfigure -f /run/d/dhcpcd.conf -c /run/s tap0")]
    public void CommandLine_StaysInTheForegroundAndUsesOurScript(string kind, string commandLine) =>
        Assert.Equal(
            commandLine,
            string.Join(' ', new DhcpProgram(Enum.Parse<DhcpProgramKind>(kind), "/sbin/x").CommandLine("tap0", "/run/s", "/run/d")));

    [Fact]
    public void LeaseFiles_AreDhcpcdsOnly_AndNoOtherFileIsTakenForOne()
    {
        Assert.Empty(new DhcpProgram(DhcpProgramKind.Udhcpc, "/sbin/x").LeaseFiles("tap0"));
        Assert.Empty(new DhcpProgram(DhcpProgramKind.Dhclient, "/sbin/x").LeaseFiles("tap0"));
        Assert.Equal(
            ["/var/lib/dhcpcd/tap0.lease", "/var/lib/dhcpcd/tap0.lease6"],
            new DhcpProgram(DhcpProgramKind.Dhcpcd, "/sbin/x").LeaseFiles("tap0"));
        Assert.True(DhcpProgram.IsLeaseFile("/var/lib/dhcpcd/tap0.lease"));
        Assert.True(DhcpProgram.IsLeaseFile("/var/lib/dhcpcd/tap0.lease6"));
        string[] others = ["/var/lib/dhcpcd/duid", "/var/lib/dhcpcd/../x.lease", "/etc/x.lease", "x.lease", "/var/lib/dhcpcd/x/y.lease"];
        Assert.All(others, other => Assert.False(DhcpProgram.IsLeaseFile(other)));
    }

    [Fact]
    public void Configuration_AsksForNothingButTheMask()
    {
        foreach (DhcpProgramKind kind in Enum.GetValues<DhcpProgramKind>())
        {
            string content = new DhcpProgram(kind, "/sbin/x").Configuration?.Content ?? "";
            Assert.DoesNotContain("routers", content, StringComparison.Ordinal);
            Assert.DoesNotContain("domain", content, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Write_QuotesEveryPath()
    {
        string script = DhcpScriptFile.Write(["/usr/bin/dotnet", "/home/o'neil/my games/softlan.dll"], "/usr/share/dotnet", "/run/a b/socket");
        Assert.StartsWith("#!/bin/sh\n", script, StringComparison.Ordinal);
        Assert.EndsWith(
            "export DOTNET_ROOT='/usr/share/dotnet'\n"
            + "exec '/usr/bin/dotnet' '/home/o'\\''neil/my games/softlan.dll' dhcp-script --socket '/run/a b/socket' -- \"$@\"\n",
            script,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/usr/bin/softlan", "/usr/bin/softlan")]
    [InlineData("/usr/bin/dotnet", "/usr/bin/dotnet /opt/softlan/softlan.dll")]
    public void OwnCommand_KnowsBothWaysToRun(string process, string command) =>
        Assert.Equal(command, string.Join(' ', DhcpScriptFile.OwnCommand(process, "/opt/softlan/")));

    private static DhcpProgramFinder Finder(string installed, bool busyboxHasUdhcpc) =>
        new("/opt/bin:/usr/local/bin", installed.Split(' ').Contains, _ => busyboxHasUdhcpc);
}
