using System.CommandLine;
using System.Net.Sockets;
using System.Text.Json;
using Softlan.Roles.Hosting;

namespace Softlan.Roles.Client.Linux.Dhcp;

/// <summary>The hidden <c>softlan dhcp-script</c>: a DHCP client calls it, it tells the running <c>softlan client</c>, which alone changes the
/// host.</summary>
internal static class DhcpScriptCommand
{
    public const string Name = "dhcp-script";

    /// <summary>DHCP clients wait for their script; after this long it gives up.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    public static Command Create()
    {
        Option<string> socket = new("--socket") { Description = "Where the running softlan client listens.", Required = true };
        Argument<string[]> arguments = new("event") { Description = "What the DHCP client says.", Arity = ArgumentArity.ZeroOrMore };
        Command command = new(Name, "Tells a running softlan client what its DHCP client says. Not for people.") { Hidden = true };
        command.Add(socket);
        command.Add(arguments);
        command.SetAction((parsed, stop) => RunAsync(
            parsed.GetRequiredValue(socket),
            parsed.GetValue(arguments) ?? [],
            parsed.InvocationConfiguration.Error,
            stop));
        return command;
    }

    private static async Task<int> RunAsync(string socket, string[] arguments, TextWriter error, CancellationToken stop)
    {
        if (!DhcpEvent.TryRead(arguments, Environment.GetEnvironmentVariable, out DhcpNotice notice, out string? refusal))
        {
            await error.WriteLineAsync($"softlan: The party's DHCP answer is refused: {refusal}.").ConfigureAwait(false);
            notice = new DhcpNotice(DhcpNoticeKind.Refused, Reason: refusal); // The player reads the client's log, and not this.
        }

        try
        {
            return notice.Kind == DhcpNoticeKind.Nothing || await TellAsync(socket, notice, stop).ConfigureAwait(false)
                ? ExitCodes.Success
                : ExitCodes.Failure;
        }
        catch (Exception e) when (e is SocketException or IOException or OperationCanceledException)
        {
            await error.WriteLineAsync($"softlan: The softlan client does not listen any more: {e.Message}").ConfigureAwait(false);
            return ExitCodes.Failure;
        }
    }

    private static async Task<bool> TellAsync(string socket, DhcpNotice notice, CancellationToken stop)
    {
        using CancellationTokenSource patience = CancellationTokenSource.CreateLinkedTokenSource(stop);
        patience.CancelAfter(Patience);
        using Socket client = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await client.ConnectAsync(new UnixDomainSocketEndPoint(socket), patience.Token).ConfigureAwait(false);
        await client.SendAsync(JsonSerializer.SerializeToUtf8Bytes(notice, DhcpJson.Default.DhcpNotice), patience.Token).ConfigureAwait(false);
        client.Shutdown(SocketShutdown.Send);
        byte[] answer = new byte[1];
        return await client.ReceiveAsync(answer, patience.Token).ConfigureAwait(false) == 1 && answer[0] == DhcpListener.Done;
    }
}
