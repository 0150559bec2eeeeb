using Softlan.Wire;
using Xunit;
using static Softlan.Tests.Wire.Packets;

namespace Softlan.Tests.Wire;

public sealed class SafetyPolicyPropertyTests
{
    private static readonly DropReason[] BothDirections =
        [DropReason.None, DropReason.Malformed, DropReason.SwitchControl, DropReason.Jumbo, DropReason.VlanTagged];

    [Fact]
    public void AnyBytes_NeverThrow_AndALanIsNeverJudgedMoreThanAPlayer()
    {
        Random random = new(11);
        int[] types = [0x0800, 0x86dd, 0x0806, 0x0030, 0x8100, 0x1234];
        byte[] interesting = [0, 1, 6, 17, 43, 44, 51, 58, 60, 134, 136, 0x45, 0x60, 0xaa];
        for (int i = 0; i < 30_000; i++)
        {
            byte[] payload = new byte[random.Next(120)];
            random.NextBytes(payload);
            for (int j = 0; j < payload.Length; j++)
            {
                payload[j] = random.Next(3) == 0 ? interesting[random.Next(interesting.Length)] : payload[j];
            }

            byte[] frame = Ethernet(types[random.Next(types.Length)], payload)[..random.Next(14 + payload.Length + 1)];
            AssertConsistent(frame);
        }
    }

    /// <summary>Real messages with a few bytes changed get further into the rules than noise does.</summary>
    [Fact]
    public void DamagedMessages_NeverThrow()
    {
        Random random = new(12);
        byte[][] seeds =
        [
            Ethernet(0x0800, IPv4(17, Udp(67, 68), options: [1, 1, 1, 0])),
            Ethernet(0x86dd, IPv6(0, Extension(44, Fragment(60, Extension(58, Icmp(134, 16)))))),
            Ethernet(0x86dd, IPv6(51, Authentication(58, Icmp(136, 24, LinkLayerOption(2, PlayerMac))))),
            Ethernet(0x0806, Arp(1, PlayerMac, OtherMac)),
            Snap(0x86dd, IPv6(60, Extension(17, Udp(547, 546)))),
            Ethernet(0x86dd, IPv6(17, DhcpV6(1, [.. ClientDuid(0, 3, 0, 1), .. OptionV6(3, 0, 0, 0, 1)]))),
            Ethernet(0x0800, IPv4(2, [0x11, 0, 0, 0])),
            Ethernet(0x0800, IPv4(17, DhcpRequest([53, 1, 3, .. ClientId([1, .. Mac(PlayerMac)]), 255]))),
        ];
        for (int i = 0; i < 30_000; i++)
        {
            byte[] frame = [.. seeds[random.Next(seeds.Length)]];
            for (int changes = random.Next(5); changes > 0; changes--)
            {
                // Options stand at the end of what is long.
                int at = random.Next(2) == 0 ? random.Next(frame.Length) : frame.Length - 1 - random.Next(Math.Min(20, frame.Length));
                frame[at] = (byte)random.Next(256);
            }

            AssertConsistent(frame[..random.Next(frame.Length + 1)]);
        }
    }

    private static void AssertConsistent(byte[] frame)
    {
        DropReason client = FromClient(frame);
        DropReason gateway = FromGateway(frame);
        Assert.Contains(gateway, BothDirections);
        Assert.True(gateway == DropReason.None || gateway == client);
        Assert.Equal(frame.Length < FrameLimits.MinLength, client == DropReason.Malformed);
        DhcpClientMessage.TryFind(frame, out _);
    }
}
