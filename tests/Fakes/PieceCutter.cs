using Softlan.Wire;

namespace Softlan.Tests.Fakes;

/// <summary>Cuts frames as a real link does, for links that have no queue.</summary>
internal sealed class PieceCutter
{
    private readonly FrameSplitter _splitter = new();

    /// <summary>What leaves for one call of Send: one piece or two.</summary>
    public List<SentDatagram> Cut(DatagramHeader header, ReadOnlySpan<byte> body, int maxDatagramLength, PeerCounters counters)
    {
        byte[] datagram = new byte[DatagramHeader.Length + body.Length];
        header.Write(datagram);
        body.CopyTo(datagram.AsSpan(DatagramHeader.Length));
        List<SentDatagram> pieces = [Piece(_splitter.FirstPiece(datagram, maxDatagramLength))];
        if (_splitter.IsHead)
        {
            counters.SplitFrames++;
            pieces.Add(Piece(datagram.AsSpan(_splitter.BeginTail(datagram))));
        }

        return pieces;
    }

    private static SentDatagram Piece(ReadOnlySpan<byte> datagram)
    {
        DatagramHeader header = new(DatagramHeader.KindOf(datagram), datagram[1], DatagramHeader.SourceOf(datagram));
        return new SentDatagram(header, datagram[DatagramHeader.Length..].ToArray());
    }
}
