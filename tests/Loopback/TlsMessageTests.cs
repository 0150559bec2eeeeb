using System.Runtime.Versioning;
using Softlan.Platform.Quic.Ngtcp2;
using Softlan.Wire;
using Xunit;

namespace Softlan.Tests.Loopback;

/// <summary>TLS messages that must not come after the handshake, from a peer that sends them nevertheless.</summary>
[SupportedOSPlatform("linux")]
public sealed class TlsMessageTests : IDisposable
{
    /// <summary>RFC 9001, section 6: a KeyUpdate message of TLS is a connection error of type 0x010a, TLS alert unexpected_message (10).</summary>
    private const string UnexpectedMessage = "(alert 10)";

    private readonly LoopbackParty _party = new();

    public void Dispose() => _party.Dispose();

    [Theory]
    [InlineData(0)] // update_not_requested
    [InlineData(1)] // update_requested
    public void KeyUpdate_FromAClient_EndsItsLinkAndNoOther(byte request)
    {
        (RecordingHandler other, RecordingHandler otherServer) = _party.Join();
        (RecordingHandler client, RecordingHandler server) = _party.Join();
        Submit(client, [24, 0, 0, 1, request]);
        _party.Until(() => server.Closed is not null && client.Closed is not null, "both ends know");
        Assert.Contains(UnexpectedMessage, client.Closed!.Value.Text, StringComparison.Ordinal);
        other.SendFrame(_party.Loop, 60);
        _party.Until(() => otherServer.DatagramCount == 1, "the other link carries frames");
    }

    [Fact]
    public void KeyUpdate_FromARelay_EndsTheClientsLink()
    {
        (RecordingHandler client, RecordingHandler server) = _party.Join();
        Submit(server, [24, 0, 0, 1, 0]);
        _party.Until(() => server.Closed is not null && client.Closed is not null, "both ends know");
        Assert.Contains(UnexpectedMessage, server.Closed!.Value.Text, StringComparison.Ordinal);
    }

    /// <summary>A relay may send session tickets, which a client does not use. Nothing else is expected after a handshake.</summary>
    [Fact]
    public void AnyOtherMessage_EndsAtMostItsOwnLink()
    {
        for (int type = 0; type <= 26; type++)
        {
            foreach (bool fromClient in (bool[])[true, false])
            {
                (RecordingHandler client, RecordingHandler server) = _party.Join();
                Submit(fromClient ? client : server, [(byte)type, 0, 0, 4, 0, 0, 0, 0]);
                (RecordingHandler sender, RecordingHandler receiver) = fromClient ? (client, server) : (server, client);
                _party.Until(() => receiver.Closed is not null || receiver.Control.Count == 1, $"type {type} was judged");
                sender.Link.Close(CloseReason.Normal, "done");
            }
        }

        _party.Join();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void LongMessage_IsNotKept(bool fromClient)
    {
        (RecordingHandler client, RecordingHandler server) = _party.Join();
        (RecordingHandler sender, RecordingHandler receiver) = fromClient ? (client, server) : (server, client);
        byte[] message = new byte[70_000];
        message[0] = 4; // NewSessionTicket of 16 MiB, which GnuTLS would wait for.
        message.AsSpan(1, 3).Fill(0xff);
        Submit(sender, message);
        _party.Until(() => receiver.Closed is not null, "the link ended");
    }

    private static void Submit(RecordingHandler sender, byte[] message)
    {
        Assert.Equal(0, Ngtcp2Connection.SubmitCryptoData((QuicConnection)sender.Link, message));
        sender.SendText("and a packet to take it along");
    }
}
