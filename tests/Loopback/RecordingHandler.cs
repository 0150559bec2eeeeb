using System.Runtime.Versioning;
using System.Text;
using Softlan.Platform;
using Softlan.Wire;
using Xunit;

namespace Softlan.Tests.Loopback;

/// <summary>Writes down what a link reports.</summary>
[SupportedOSPlatform("linux")]
internal sealed class RecordingHandler : IFrameLinkHandler
{
    public IFrameLink Link { get; set; } = null!;

    public bool IsConnected { get; private set; }

    public List<string> Control { get; } = [];

    public List<byte[]> Datagrams { get; } = [];

    public long DatagramCount { get; private set; }

    /// <summary>Off: datagrams are only counted, and nothing is allocated.</summary>
    public bool KeepDatagrams { get; set; } = true;

    public List<int> MaxLengths { get; } = [];

    /// <summary>How often the other side went on from another address.</summary>
    public int Moves { get; private set; }

    public LinkClosed? Closed { get; private set; }

    public bool ThrowsOnDatagram { get; set; }

    /// <summary>Sends each datagram back.</summary>
    public bool Echoes { get; set; }

    /// <summary>Done inside <see cref="OnDatagram"/>.</summary>
    public Action? WhenDatagram { get; set; }

    /// <summary>Done inside <see cref="OnClosed"/>.</summary>
    public Action? WhenClosed { get; set; }

    public void OnConnected(IFrameLink link)
    {
        Link = link;
        IsConnected = true;
    }

    public void OnControl(IFrameLink link, ReadOnlySpan<byte> message) => Control.Add(Encoding.UTF8.GetString(message));

    public void OnDatagram(IFrameLink link, ReadOnlySpan<byte> datagram)
    {
        DatagramCount++;
        WhenDatagram?.Invoke();
        if (ThrowsOnDatagram)
        {
            throw new InvalidOperationException("A handler failed on purpose.");
        }

        if (Echoes)
        {
            link.Send(DatagramHeader.ForFrame(1), datagram[DatagramHeader.Length..]);
        }

        if (KeepDatagrams)
        {
            Datagrams.Add(datagram.ToArray());
        }
    }

    public void OnMaxDatagramLengthChanged(IFrameLink link) => MaxLengths.Add(link.MaxDatagramLength);

    public void OnRemoteEndPointChanged(IFrameLink link) => Moves++;

    public void OnClosed(IFrameLink link, LinkClosed closed)
    {
        Assert.Null(Closed);
        Closed = closed;
        WhenClosed?.Invoke();
    }

    /// <summary>Sends inside the next turn of the lane, as roles do: a queue counts a frame's age in turns.</summary>
    public void SendFrame(ILane lane, int length, byte fill = 0x5a) => lane.Post(() => SendNow(length, fill));

    public void SendNow(int length, byte fill = 0x5a)
    {
        Span<byte> frame = stackalloc byte[length];
        frame.Fill(fill);
        Link.Send(DatagramHeader.ForFrame(1), frame);
    }

    public void SendText(string text) => Link.SendControl(Encoding.UTF8.GetBytes(text));
}

/// <summary>Gives every incoming link a handler and keeps them in order.</summary>
[SupportedOSPlatform("linux")]
internal sealed class RecordingAcceptor : ILinkAcceptor
{
    public List<RecordingHandler> Handlers { get; } = [];

    public bool Throws { get; set; }

    public IFrameLinkHandler Accept(IFrameLink link)
    {
        if (Throws)
        {
            throw new InvalidOperationException("An acceptor failed on purpose.");
        }

        RecordingHandler handler = new() { Link = link };
        Handlers.Add(handler);
        return handler;
    }
}
