using System.Buffers.Binary;
using System.Net;
using Softlan.Platform;
using Softlan.Wire;
using Softlan.Wire.Control;

namespace Softlan.Roles.Client;

/// <summary>An address that was given by hand: asks whether somebody has it already (RFC 5227), and hears when somebody claims it later.</summary>
internal sealed class AddressClaim : IDisposable
{
    /// <summary>Questions, in case one is lost; <see cref="Interval"/> apart (PROBE_NUM of RFC 5227, section 1.1).</summary>
    public const int Probes = 3;

    /// <summary>PROBE_MIN of RFC 5227, section 1.1.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    /// <summary>Time between two reports: two who claim the address in turn are told of once.</summary>
    public static readonly TimeSpan Quiet = TimeSpan.FromMinutes(1);

    private readonly ILane _lane;
    private readonly uint _address;
    private readonly MacAddress _own;
    private readonly Action<byte[]> _send;
    private readonly Action<MacAddress, PeerInfo> _found;
    private readonly ILaneTimer _timer;
    private int _left;
    private TimeSpan? _foundAt;

    /// <param name="address">IPv4.</param>
    /// <param name="own">The MAC address of this client.</param>
    /// <param name="send">Sends a frame into the room.</param>
    /// <param name="found">Hears of another owner, and who sent his frame; once in a <see cref="Quiet"/> time.</param>
    public AddressClaim(ILane lane, IPAddress address, MacAddress own, Action<byte[]> send, Action<MacAddress, PeerInfo> found)
    {
        _lane = lane;
        _address = BinaryPrimitives.ReadUInt32BigEndian(address.GetAddressBytes());
        _own = own;
        _send = send;
        _found = found;
        _timer = lane.CreateTimer(SendProbe);
    }

    /// <summary>Asks everybody who can be reached now. Again when more can.</summary>
    public void Ask()
    {
        _left = Probes;
        SendProbe();
    }

    /// <summary>Looks at a frame from the room.</summary>
    public void Listen(ReadOnlySpan<byte> frame, PeerInfo source)
    {
        if (ArpProbe.TryReadOwner(frame, _address, out MacAddress owner) && owner != _own)
        {
            _left = 0;
            if (_foundAt is { } before && _lane.Now - before < Quiet)
            {
                return;
            }

            _foundAt = _lane.Now;
            _found(owner, source);
        }
    }

    public void Dispose() => _timer.Dispose();

    private void SendProbe()
    {
        if (_left-- > 0)
        {
            byte[] probe = new byte[ArpProbe.Length];
            ArpProbe.Write(probe, _own, _address);
            _send(probe);
            _timer.Set(Interval);
        }
    }
}
