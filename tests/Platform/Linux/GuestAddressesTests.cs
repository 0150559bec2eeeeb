using Softlan.Platform;
using Softlan.Platform.Linux;
using Softlan.Wire;
using Xunit;

namespace Softlan.Tests.Platform.Linux;

public sealed class GuestAddressesTests
{
    private static readonly MacAddress Card = MacAddress.FromUInt64(0x02_00_00_00_00_01);
    private static readonly MacAddress Guest = MacAddress.FromUInt64(0x02_42_00_00_00_05);

    private readonly GuestAddresses _guests = new();

    [Fact]
    public void SentByThisHost_UnderAnotherMac_IsAGuest_UntilHeardFromTheWire()
    {
        Hear(Guest, FrameOrigin.SentByThisHost);
        Assert.True(_guests.Contains(Guest));
        Hear(Guest, FrameOrigin.Received);
        Assert.False(_guests.Contains(Guest));
        Hear(Guest, FrameOrigin.SentByThisHost);
        Assert.True(_guests.Contains(Guest));
    }

    [Fact]
    public void TheCard_TheWire_AndWhatNobodyCanHave_AreNoGuests()
    {
        Hear(Card, FrameOrigin.SentByThisHost);
        Hear(MacAddress.Broadcast, FrameOrigin.SentByThisHost);
        Hear(default, FrameOrigin.SentByThisHost);
        Hear(Guest, FrameOrigin.Received);
        Assert.All([Card, MacAddress.Broadcast, default, Guest], mac => Assert.False(_guests.Contains(mac)));
    }

    [Fact]
    public void MoreThanThereIsRoomFor_GiveWayInTurn_AndComeBack()
    {
        for (int i = 0; i < 3 * GuestAddresses.Capacity; i++)
        {
            Hear(Numbered(i), FrameOrigin.SentByThisHost);
            Assert.True(_guests.Contains(Numbered(i)));
        }

        Assert.Equal(GuestAddresses.Capacity, Enumerable.Range(0, 3 * GuestAddresses.Capacity).Count(i => _guests.Contains(Numbered(i))));
        Hear(Numbered(0), FrameOrigin.SentByThisHost);
        Assert.True(_guests.Contains(Numbered(0)));
        for (int i = 0; i < 3 * GuestAddresses.Capacity; i++)
        {
            Hear(Numbered(i), FrameOrigin.Received);
            Assert.False(_guests.Contains(Numbered(i)));
        }
    }

    private static MacAddress Numbered(int number) => MacAddress.FromUInt64(0x02_42_00_00_00_00 + (ulong)number);

    private void Hear(MacAddress source, FrameOrigin origin) => _guests.OnHeard(source, origin, Card);
}
