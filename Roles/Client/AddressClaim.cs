using System.Buffers.Binary;
using System.Net;
using Softlan.Platform;
using Softlan.Wire;
using Softlan.Wire.Control;

namespace Softlan.Roles.Client;

/// <summary>This machine's address at the party: asks whether somebody has it already (RFC 5227), and hears when somebody claims it later.</summary>
internal sealed class AddressClaim : IDisposable
{
    /// <summary>Questions, in case one is lost; <see cref="Interval"/> apart (PROBE_NUM of RFC 5227, section 1.1).</summary>
    public const int Probes = 3;

    /// <summary>PROBE_MIN of RFC 5227, section 1.1.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    /// <summary>Time between two reports: two who claim the address in turn are told of once.</summary>
    public static readonly TimeSpan Quiet = TimeSpan.FromMinutes(1);

    private readonly ILane _lane;
    private readonly MacAddress _own;
    private readonly Func<MacAddress, bool> _isOurs;
    private readonly Action<byte[]> _send;
    private readonly Action<IPAddress, MacAddress, PeerInfo> _found;
    private readonly ILaneTimer _timer;
    private IPAddress? _address;
    private uint _number;
    private int _left;
    private TimeSpan? _foundAt;

    /// <param name="own">The MAC address of this client.</param>
    /// <param name="isOurs">Whether a MAC is that of another card of this machine, which answers for all of this machine's addresses.</param>
    /// <param name="send">Sends a frame into the room.</param>
    /// <param name="found">Hears of the address, another owner, and who sent his frame; for an address once in a <see cref="Quiet"/> time.</param>
    public AddressClaim(
        ILane lane, MacAddress own, Func<MacAddress, bool> isOurs, Action<byte[]> send, Action<IPAddress, MacAddress, PeerInfo> found)
    {
        _lane = lane;
        _own = own;
        _isOurs = isOurs;
        _send = send;
        _found = found;
        _timer = lane.CreateTimer(SendProbe);
    }

    /// <summary>Asks everybody who can be reached now. Again when more can.</summary>
    /// <param name="address">IPv4; null: there is none now.</param>
    public void Ask(IPAddress? address)
    {
        if (!Equals(address, _address))
        {
            _address = address;
            _number = address is null ? 0 : BinaryPrimitives.ReadUInt32BigEndian(address.GetAddressBytes());
            _foundAt = null;
        }

        _left = address is null ? 0 : Probes;
        SendProbe();
    }

    /// <summary>Asks if the address is another one than before.</summary>
    public void Follow(IPAddress? address)
    {
        if (!Equals(address, _address))
        {
            Ask(address);
        }
    }

    /// <summary>Looks at a frame from the room.</summary>
    public void Listen(ReadOnlySpan<byte> frame, PeerInfo source)
    {
        if (_address is { } address && ArpProbe.TryReadOwner(frame, _number, out MacAddress owner) && owner != _own && !_isOurs(owner))
        {
            _left = 0;
            if (_foundAt is { } before && _lane.Now - before < Quiet)
            {
                return;
            }

            _foundAt = _lane.Now;
            _found(address, owner, source);
        }
    }

    public void Dispose() => _timer.Dispose();

    private void SendProbe()
    {
        if (_left-- > 0)
        {
            byte[] probe = new byte[ArpProbe.Length];
            ArpProbe.Write(probe, _own, _number);
            _send(probe);
            _timer.Set(Interval);
        }
    }
}
