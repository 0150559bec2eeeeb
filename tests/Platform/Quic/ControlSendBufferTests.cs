using System.Text;
using Softlan.Platform.Quic;
using Xunit;

namespace Softlan.Tests.Platform.Quic;

public sealed class ControlSendBufferTests
{
    private readonly ControlSendBuffer _buffer = new();

    [Fact]
    public void TryAdd_ThenUnsent_GivesPrefixedMessagesOneByOne()
    {
        Assert.True(_buffer.TryAdd("{}"u8));
        Assert.True(_buffer.TryAdd("[1]"u8));
        Assert.Equal([0, 0, 0, 2, (byte)'{', (byte)'}'], _buffer.Unsent.ToArray());
        _buffer.MarkSent(3);
        Assert.Equal([2, (byte)'{', (byte)'}'], _buffer.Unsent.ToArray());
        _buffer.MarkSent(3);
        Assert.Equal("\0\0\0\u0003[1]", Encoding.UTF8.GetString(_buffer.Unsent));
        _buffer.MarkSent(7);
        Assert.False(_buffer.HasUnsent);
        Assert.True(_buffer.Unsent.IsEmpty);
    }

    [Fact]
    public void MarkAcknowledged_KeepsWhatIsNotWhollyAcknowledged()
    {
        _buffer.TryAdd("{}"u8);
        _buffer.TryAdd("{}"u8);
        _buffer.MarkSent(6);
        _buffer.MarkSent(2);
        _buffer.MarkAcknowledged(8);
        Assert.Equal([0, 2, (byte)'{', (byte)'}'], _buffer.Unsent.ToArray());
        _buffer.MarkSent(4);
        Assert.False(_buffer.IsEmpty);
        _buffer.MarkAcknowledged(12);
        Assert.True(_buffer.IsEmpty);
        _buffer.TryAdd("{}"u8);
        Assert.Equal(6, _buffer.Unsent.Length);
    }

    [Fact]
    public void TryAdd_MoreThanAPeerMayLeaveUnread_IsRefused()
    {
        byte[] message = new byte[65536];
        int added = 0;
        while (_buffer.TryAdd(message))
        {
            added++;
        }

        Assert.Equal(ControlSendBuffer.MaxPending / (message.Length + 4), added);
    }
}
