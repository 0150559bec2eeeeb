using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.Versioning;
using Softlan.Platform;
using Softlan.Platform.Linux;
using Softlan.Platform.Linux.Netlink;
using Softlan.Wire;
using Xunit;

namespace Softlan.Tests.Platform.Linux;

//   player: tap 10.9.0.9 ==(this test's pump)== host: packet socket on nic0, 10.9.0.1 ---- lan: nic1, 10.9.0.2
//
// Offloads are as they come: veth and TAP hand over super-frames with unfinished checksums, and are given super-frames.
[Collection(NamespaceTests.Name)]
[SupportedOSPlatform("linux")]
public sealed class OffloadPathTests
{
    private const int Port = 7777;
    private const int TransferLength = 24 * 1024 * 1024;
    private const int SolUdp = 17;
    private const int UdpSegment = 103; // linux/udp.h
    private static readonly TimeSpan SocketTimeout = TimeSpan.FromSeconds(20);
    private static readonly MacAddress Player = MacAddress.Read([2, 0, 0, 0, 0, 9]);

    [Theory]
    [InlineData("player", "lan")]
    [InlineData("lan", "player")]
    [InlineData("player", "host")]
    [InlineData("host", "player")]
    public void Tcp_AMegabyteStream_ArrivesWholeAndWithGoodChecksums(string from, string to)
    {
        InThreeNamespaces(rig =>
        {
            byte[] sent = new byte[TransferLength];
            new Random(77).NextBytes(sent);
            byte[] received = new byte[TransferLength];
            using ManualResetEventSlim listening = new();
            Thread server = rig.Start(to, () =>
            {
                using Socket listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                listener.Bind(new IPEndPoint(IPAddress.Any, Port));
                listener.Listen();
                listening.Set();
                Assert.True(listener.Poll(SocketTimeout, SelectMode.SelectRead), "nobody connects");
                using Socket connection = listener.Accept();
                connection.ReceiveTimeout = (int)SocketTimeout.TotalMilliseconds;
                for (int length = 0; length < received.Length;)
                {
                    int read = connection.Receive(received.AsSpan(length));
                    Assert.NotEqual(0, read);
                    length += read;
                }

                connection.Send([1]);
            });
            Thread client = rig.Start(from, () =>
            {
                Assert.True(listening.Wait(SocketTimeout), "nobody listens");
                using Socket connection = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp)
                {
                    SendTimeout = 20_000,
                    ReceiveTimeout = 20_000,
                };
                connection.Connect(new IPEndPoint(Rig.AddressOf(to), Port));
                connection.Send(sent);
                Assert.Equal(1, connection.Receive(new byte[1]));
            });
            rig.PumpUntilDone(server, client);
            Assert.True(received.AsSpan().SequenceEqual(sent), "the bytes are not those that were sent");
            rig.AssertHealthy();

            // An interface counts a super-frame as one packet: fewer packets than segments is the proof that runs were merged and taken.
            string? counted = to switch
            {
                "lan" => "nic1",
                "player" => "softlan0",
                _ => null,
            };
            Assert.True(counted is null || rig.ReceivedPackets(to, counted) < TransferLength / 1448 / 2, "the kernel took no super-frames");
        });
    }

    [Theory]
    [InlineData("player", "lan")]
    [InlineData("lan", "player")]
    [InlineData("player", "host")]
    [InlineData("host", "player")]
    public void Udp_LargeAndSegmentedDatagrams_ArriveWhole(string from, string to)
    {
        const int Count = 20;
        const int Segments = 40;
        InThreeNamespaces(rig =>
        {
            byte[] large = new byte[60_000];
            byte[] run = new byte[Segments * 1000];
            new Random(78).NextBytes(large);
            new Random(79).NextBytes(run);
            int largeSeen = 0;
            int segmentsSeen = 0;
            using ManualResetEventSlim listening = new();
            Thread server = rig.Start(to, () =>
            {
                using Socket socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp)
                {
                    ReceiveTimeout = 20_000,
                    ReceiveBufferSize = 4 << 20,
                };
                socket.Bind(new IPEndPoint(IPAddress.Any, Port));
                listening.Set();
                byte[] buffer = new byte[65_536];
                EndPoint sender = new IPEndPoint(IPAddress.Any, 0);
                while (largeSeen < Count || segmentsSeen < Count * Segments)
                {
                    ReadOnlySpan<byte> datagram = buffer.AsSpan(0, socket.ReceiveFrom(buffer, ref sender));
                    if (datagram.Length == large.Length)
                    {
                        Assert.True(datagram.SequenceEqual(large), "the bytes are not those that were sent");
                        largeSeen++;
                    }
                    else
                    {
                        Assert.Equal(1000, datagram.Length);
                        Assert.True(run.AsSpan(segmentsSeen % Segments * 1000, 1000).SequenceEqual(datagram), "out of order or not what was sent");
                        segmentsSeen++;
                    }

                    socket.SendTo([1], sender);
                }
            });
            Thread client = rig.Start(from, () =>
            {
                Assert.True(listening.Wait(SocketTimeout), "nobody listens");
                using Socket socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { ReceiveTimeout = 20_000 };
                socket.Connect(new IPEndPoint(Rig.AddressOf(to), Port));
                for (int i = 0; i < Count; i++)
                {
                    socket.SetRawSocketOption(SolUdp, UdpSegment, BitConverter.GetBytes(0));
                    socket.Send(large);
                    Assert.Equal(1, socket.Receive(new byte[1]));
                    socket.SetRawSocketOption(SolUdp, UdpSegment, BitConverter.GetBytes(1000));
                    socket.Send(run);
                    for (int segment = 0; segment < Segments; segment++)
                    {
                        Assert.Equal(1, socket.Receive(new byte[1]));
                    }
                }
            });
            rig.PumpUntilDone(server, client);
            Assert.Equal((Count, Count * Segments), (largeSeen, segmentsSeen));
            rig.AssertHealthy();
        });
    }

    private static void InThreeNamespaces(Action<Rig> test)
    {
        Assert.SkipUnless(File.Exists("/dev/net/tun"), "needs /dev/net/tun");
        using NetworkNamespace player = NetworkNamespace.Create();
        using NetworkNamespace host = NetworkNamespace.Create();
        using NetworkNamespace lan = NetworkNamespace.Create();
        host.Ip($"link add nic0 type veth peer name nic1 netns {lan.Name}");
        lan.Ip("addr add 10.9.0.2/24 dev nic1");
        lan.Ip("link set nic1 up");
        host.Ip("addr add 10.9.0.1/24 dev nic0");
        host.Ip("link set nic0 up");
        using EventLoop loop = new();
        LinuxTap? tap = null;
        player.Run(() => tap = LinuxTap.Open(loop, new() { Name = "softlan0", Address = Player }));
        using LinuxTap playerPort = tap!;
        player.Ip("addr add 10.9.0.9/24 dev softlan0");
        host.Run(() =>
        {
            using NetlinkSocket netlink = NetlinkSocket.Open();
            using PacketSocket gateway = PacketSocket.Open(loop, new() { Interface = new InterfaceCheck(netlink).RequireInterface("nic0") });
            Rig rig = new(loop, new() { ["player"] = player, ["host"] = host, ["lan"] = lan }, playerPort, gateway);
            test(rig);
        });
    }

    private sealed class Rig
    {
        private readonly EventLoop _loop;
        private readonly Dictionary<string, NetworkNamespace> _namespaces;
        private readonly LinuxTap _player;
        private readonly PacketSocket _gateway;
        private readonly List<Exception> _failures = [];

        public Rig(EventLoop loop, Dictionary<string, NetworkNamespace> namespaces, LinuxTap player, PacketSocket gateway)
        {
            _loop = loop;
            _namespaces = namespaces;
            _player = player;
            _gateway = gateway;
            player.Start(new Pump(frame => gateway.Write(frame)));
            gateway.Start(new Pump(FromLan));
        }

        private int Looped { get; set; }

        public static IPAddress AddressOf(string name) => IPAddress.Parse(name switch
        {
            "player" => "10.9.0.9",
            "host" => "10.9.0.1",
            _ => "10.9.0.2",
        });

        public Thread Start(string name, Action body)
        {
            Thread thread = new(() =>
            {
                try
                {
                    _namespaces[name].Run(body);
                }
                catch (Exception e)
                {
                    lock (_failures)
                    {
                        _failures.Add(e);
                    }
                }
            })
            {
                IsBackground = true,
            };
            thread.Start();
            return thread;
        }

        public void PumpUntilDone(params Thread[] threads)
        {
            while (threads.Any(thread => thread.IsAlive))
            {
                _loop.RunTurn(TimeSpan.FromMilliseconds(10));
            }

            Assert.Empty(_failures);
        }

        public void AssertHealthy()
        {
            Assert.Equal(0, Looped);
            Assert.Equal(0, _player.Counters.Dropped(DropReason.BadOffload));
            Assert.Equal(0, _gateway.Counters.Dropped(DropReason.BadOffload));
            foreach (NetworkNamespace ns in _namespaces.Values)
            {
                // Lines come in pairs: names, values.
                string[] lines = ns.Exec("cat /proc/net/snmp").Split('\n');
                for (int i = 0; i + 1 < lines.Length; i += 2)
                {
                    int column = Array.IndexOf(lines[i].Split(' '), "InCsumErrors");
                    Assert.True(column < 0 || lines[i + 1].Split(' ')[column] == "0", lines[i + 1]);
                }
            }
        }

        public long ReceivedPackets(string name, string interfaceName)
        {
            string line = _namespaces[name].Exec("cat /proc/net/dev").Split('\n')
                .Single(line => line.TrimStart().StartsWith(interfaceName + ":", StringComparison.Ordinal));
            return long.Parse(line.Split(':')[1].Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
        }

        private void FromLan(Span<byte> frame)
        {
            MacAddress destination = MacAddress.Read(frame);
            Looped += MacAddress.Read(frame[MacAddress.Length..]) == Player ? 1 : 0;
            if (destination == Player || destination.IsMulticast)
            {
                Assert.InRange(frame.Length, FrameLimits.MinLength, FrameLimits.MaxLength);
                _player.Write(frame);
            }
        }

        private delegate void FrameAction(Span<byte> frame);

        private sealed class Pump(FrameAction action) : IFramePortHandler
        {
            public void OnFrame(Span<byte> frame, FrameOrigin origin) => action(frame);

            public void OnPortFailed(SoftlanException reason) => throw reason;
        }
    }
}
