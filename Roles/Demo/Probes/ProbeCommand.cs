using System.CommandLine;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Softlan.Roles.Hosting;

namespace Softlan.Roles.Demo.Probes;

/// <summary>`softlan demo-probe`: what the demo's machines do while it measures. The demo starts it in their namespaces; it is not for people, so the
/// help does not list it.</summary>
internal static class ProbeCommand
{
    public const string Name = "demo-probe";

    /// <summary>What a probe says when it is ready to be measured.</summary>
    public const string Ready = "ready";

    public static Command Create()
    {
        Argument<IPAddress> address = new("address") { CustomParser = result => IPAddress.Parse(result.Tokens[0].Value) };
        Argument<string> text = new("text");
        Argument<string> card = new("interface");
        Argument<int> number = new("number");
        Argument<bool> isUpload = new("upload");

        Command ping = new("ping", "Round trips by ICMP echo.") { address, number };
        ping.SetAction(parsed => Print(() => IcmpProbe.Measure(parsed.GetRequiredValue(address), parsed.GetValue(number)).ToLine()));

        Command serve = new("tcp-serve", "The other end of tcp.");
        serve.SetAction(_ => Serve(TcpProbe.Serve));

        Command tcp = new("tcp", "Throughput of one TCP connection.") { address, isUpload };
        tcp.SetAction(parsed => Print(() =>
            TcpProbe.Measure(parsed.GetRequiredValue(address), parsed.GetValue(isUpload)).ToString("0", CultureInfo.InvariantCulture)));

        Command listen = new("listen", "Prints the broadcasts that arrive.");
        listen.SetAction(_ => Serve(BroadcastProbe.Listen));

        Command shout = new("shout", "Sends a broadcast.") { card, text };
        shout.SetAction(parsed => Print(() =>
        {
            BroadcastProbe.Send(parsed.GetRequiredValue(card), parsed.GetRequiredValue(text));
            return "sent";
        }));

        return new Command(Name, "Measures for `softlan demo`.") { ping, serve, tcp, listen, shout }.Hide();
    }

    private static Command Hide(this Command command)
    {
        command.Hidden = true;
        return command;
    }

    // A connection that breaks is a result, too: the demo shows the line as the reason.
    private static int Print(Func<string> measure)
    {
        try
        {
            Console.Out.WriteLine(measure());
            return ExitCodes.Success;
        }
        catch (SocketException error)
        {
            Console.Error.WriteLine(error.Message);
            return ExitCodes.Failure;
        }
    }

    // Runs until the demo ends it.
    private static int Serve(Action<TextWriter> work)
    {
        work(Console.Out);
        return ExitCodes.Success;
    }
}
