using Softlan.Wire;

namespace Softlan.Platform.Windows;

/// <summary>An open TAP-Windows6 adapter: control codes, and reads and writes that are under way in numbered slots of memory that stays where it
/// is.</summary>
/// <remarks>
/// A slot belongs to the caller until <see cref="BeginRead"/> or <see cref="BeginWrite"/>, then to the driver until <see cref="TryTake"/> says what
/// became of it. Used on one lane; disposing it ends what is under way.
/// </remarks>
internal interface ITapDevice : IDisposable
{
    /// <summary>Slots 0 to this are for reads.</summary>
    int ReadSlots { get; }

    /// <summary>Slots for writes; they follow those for reads.</summary>
    int WriteSlots { get; }

    /// <summary>The MAC that the driver uses now. Throws <see cref="SoftlanException"/>.</summary>
    MacAddress ReadMac();

    /// <summary>The driver's version, as <c>9.27</c>. Throws <see cref="SoftlanException"/>.</summary>
    string ReadVersion();

    /// <summary>The longest IP packet that the driver takes from Windows, in bytes; null: it does not say.</summary>
    int? ReadMtu();

    /// <summary>Plugs the adapter's cable in or out.</summary>
    /// <returns>0, or the error code.</returns>
    int SetMedia(bool isConnected);

    /// <summary>Has <paramref name="completed"/> entered on its lane when something that was under way has ended.</summary>
    void Start(IEnterableLane lane, LaneWork completed);

    /// <summary>The memory of a slot.</summary>
    Span<byte> Buffer(int slot);

    /// <summary>Begins to read one frame. It may have ended already when this returns.</summary>
    void BeginRead(int slot);

    /// <summary>Begins to write the first <paramref name="length"/> bytes of the slot as one frame. It may have ended already when this
    /// returns.</summary>
    void BeginWrite(int slot, int length);

    /// <summary>Whether what was begun with this slot has ended. If so, the slot is the caller's again.</summary>
    /// <param name="error">0, or the error code.</param>
    /// <param name="length">Bytes read or written.</param>
    bool TryTake(int slot, out int error, out int length);

    /// <summary>Ends what is under way; it is taken with ERROR_OPERATION_ABORTED, or with what had happened before.</summary>
    void Cancel();
}
