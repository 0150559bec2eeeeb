using System.Net;
using Microsoft.Extensions.Logging;
using Softlan.Wire;

namespace Softlan.Roles.Relay;

/// <summary>Gives the host of the party the command with which players join.</summary>
/// <param name="options">How players reach the relay.</param>
/// <param name="output">Gets the lines for people; null: the log gets the command as an event, for collectors.</param>
/// <param name="logger">Gets it as well where the output cannot be written.</param>
internal sealed class RelayGreeting(RelayOptions options, TextWriter? output, ILogger logger)
{
    /// <param name="endPoints">Where the relay listens.</param>
    /// <param name="pin">Of its certificate.</param>
    /// <param name="room">The one for the party.</param>
    /// <param name="mayDoWithoutPin">Whether players may trust the certificate without the pin.</param>
    public void Tell(IReadOnlyList<IPEndPoint> endPoints, CertificatePin pin, RoomCode room, bool mayDoWithoutPin)
    {
        IPAddress listening = options.Listen.EndPoint.Address;
        bool isAnywhere = listening.Equals(IPAddress.IPv6Any) || listening.Equals(IPAddress.Any);
        string host = options.PublicName ?? (isAnywhere ? RelayAddress.UnknownHost : listening.ToString());
        RelayAddress relay = new(host, endPoints.Count > 0 ? endPoints[0].Port : options.Listen.EndPoint.Port);
        if (output is null)
        {
            TellLog(relay, pin, room, mayDoWithoutPin);
        }
        else
        {
            string introduction = host == RelayAddress.UnknownHost
                ? $"Players join with this command; replace {RelayAddress.UnknownHost} by this machine's public name or address."
                : IPAddress.IsLoopback(listening)
                    ? "Players join with this command, but only on this machine: the relay listens on a loopback address."
                    : "Players join with this command.";
            TellPeople(output, endPoints, introduction, $"softlan client --relay {relay} --pin {pin} --room {room}", room, mayDoWithoutPin);
        }

        // After the lines for people, or it would stand between them where both go to one place.
        foreach (IPEndPoint endPoint in endPoints)
        {
            RelayLog.Listening(logger, endPoint);
        }
    }

    private void TellLog(RelayAddress relay, CertificatePin pin, RoomCode room, bool mayDoWithoutPin)
    {
        RelayLog.Greeting(logger, relay, pin, room);
        if (mayDoWithoutPin)
        {
            RelayLog.PinMayBeLeftOut(logger);
        }
    }

    private void TellPeople(
        TextWriter people, IReadOnlyList<IPEndPoint> endPoints, string introduction, string line, RoomCode room, bool mayDoWithoutPin)
    {
        try
        {
            people.WriteLine($"The relay listens on {string.Join(" and ", endPoints)} (UDP).");
            people.WriteLine(introduction);
            people.WriteLine(RoomSuggestion.IsMade(room)
                ? "Whoever knows a room's code can join. The code in this command is hard to guess; any other code opens a room as well:"
                : $"Whoever knows or guesses a room's code can join. The code in this command is what {RoomSuggestion.FileName} says; "
                    + "any other code opens a room as well:");
            people.WriteLine();
            people.WriteLine($"  {line}");
            people.WriteLine();
            if (mayDoWithoutPin)
            {
                people.WriteLine("Leave out --pin if a public CA signed the certificate: a renewal usually changes the pin.");
                people.WriteLine();
            }

            people.Flush();
        }
        catch (SoftlanException unwritable)
        {
            RelayLog.CannotGreet(logger, unwritable.Message, line);
        }
    }
}
