using System.Net;
using System.Net.Sockets;
using System.Text;
using Softlan.Roles.Client.Linux.Dhcp;
using Softlan.Roles.CommandLine;
using Softlan.Roles.Hosting;
using Xunit;

namespace Softlan.Tests.Roles.Client.Linux.Dhcp;

public sealed class DhcpListenerTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly TemporaryDirectory _directory = new();
    private readonly RecordingLogger _log = new();
    private readonly List<DhcpNotice> _notices = [];
    private readonly string _path;
    private bool _answer = true;

    public DhcpListenerTests() => _path = _directory.File("socket");

    public void Dispose() => _directory.Dispose();

    private DhcpListener Open() => DhcpListener.Open(
        _path,
        notice =>
        {
            _notices.Add(notice);
            return Task.FromResult(_answer);
        },
        _log);

    private int RunScript(out string error, params string[] arguments)
    {
        StringWriter errors = new();
        int status = SoftlanCommandLine.Run(
            SoftlanCommandLine.CreateRoot(DhcpScriptCommand.Create()),
            [DhcpScriptCommand.Name, "--socket", _path, "--", .. arguments],
            TextWriter.Null,
            errors);
        error = errors.ToString();
        return status;
    }

    [Theory]
    [InlineData(true, ExitCodes.Success)]
    [InlineData(false, ExitCodes.Failure)]
    public void Script_TellsTheClient_AndPassesItsAnswerOn(bool answer, int status)
    {
        _answer = answer;
        using DhcpListener listener = Open();
        Assert.Equal(status, RunScript(out _, "deconfig"));
        Assert.Equal(DhcpNoticeKind.Restarted, Assert.Single(_notices).Kind);
    }

    [Fact]
    public void Script_NothingToTell_DisturbsNobody()
    {
        Assert.Equal(ExitCodes.Success, RunScript(out _, "rocket"));
        Assert.Empty(_notices);
    }

    [Fact]
    public void Script_NobodyListens_Fails()
    {
        Assert.Equal(ExitCodes.Failure, RunScript(out string error, "deconfig"));
        Assert.Contains("does not listen any more", error, StringComparison.Ordinal);
    }

    [Fact]
    public void Script_LeaseWithoutAnAddress_IsRefused_AndNotDeclined()
    {
        _answer = true;
        using DhcpListener listener = Open();
        Assert.Equal(ExitCodes.Success, RunScript(out string error, "bound"));
        Assert.Contains("is refused", error, StringComparison.Ordinal);
        DhcpNotice told = Assert.Single(_notices);
        Assert.Equal((DhcpNoticeKind.Refused, "'' is not an address that a player can have"), (told.Kind, told.Reason));
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("{")]
    [InlineData("""{"kind":"Rocket"}""")]
    [InlineData("""{"kind":"Lease","address":"x","prefixLength":24}""")]
    public async Task Listener_Garbage_IsAnsweredWithNo(string content)
    {
        using DhcpListener listener = Open();
        Assert.Equal("n", await Send(Encoding.UTF8.GetBytes(content)));
        Assert.Empty(_notices);
    }

    [Fact]
    public async Task Listener_EndlessNotice_IsNotReadToItsEnd()
    {
        using DhcpListener listener = Open();
        Assert.NotEqual("y", await Send(new byte[1 << 20]));
        Assert.Equal("y", await Send("""{"kind":"Lease","address":"10.73.42.17","prefixLength":24}"""u8.ToArray()));
        Assert.Equal(IPAddress.Parse("10.73.42.17"), Assert.Single(_notices).Address);
    }

    /// <summary>Scripts are served one after another.</summary>
    [Fact]
    public async Task Listener_AScriptThatSaysNothing_DoesNotKeepTheNextWaitingForEver()
    {
        using DhcpListener listener = Open();
        using Socket silent = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await silent.ConnectAsync(new UnixDomainSocketEndPoint(_path), TestContext.Current.CancellationToken);
        Assert.Equal("y", await Send("""{"kind":"Restarted"}"""u8.ToArray()));
        Assert.Single(_notices);
    }

    private async Task<string> Send(byte[] content)
    {
        using CancellationTokenSource patience = new(Patience);
        using Socket script = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await script.ConnectAsync(new UnixDomainSocketEndPoint(_path), patience.Token);
        try
        {
            await script.SendAsync(content, patience.Token);
            script.Shutdown(SocketShutdown.Send);
            byte[] answer = new byte[8];
            return Encoding.ASCII.GetString(answer, 0, await script.ReceiveAsync(answer, patience.Token));
        }
        catch (SocketException)
        {
            return ""; // Hung up on.
        }
    }
}
