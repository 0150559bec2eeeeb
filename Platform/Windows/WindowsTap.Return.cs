using Softlan.Wire;

namespace Softlan.Platform.Windows;

/// <summary>How the port comes back after sleep and after a restart of the adapter.</summary>
internal sealed partial class WindowsTap
{
    /// <summary>Attempts to open an adapter that is away: disabled, restarting, or getting a new driver.</summary>
    public const int MaxAttempts = 18;

    /// <summary>Attempts to read on through the same handle, for a card that has no power for a moment. One of a halted adapter, which cannot be told
    /// from it, never reads again.</summary>
    public const int SameHandleAttempts = 2;

    /// <summary>The first pause before reading is tried again; doubles up to <see cref="LongestPause"/>.</summary>
    public static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(250);

    public static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(2);

    /// <summary>Reading that lasted this long was no failed attempt.</summary>
    private static readonly TimeSpan SettledAfter = TimeSpan.FromSeconds(5);

    /// <summary>Closes an adapter whose interface is away, so that its driver can go. It is opened again when <see cref="SetMedia"/> wants the cable.
    /// </summary>
    public void LetGo()
    {
        if (!_isClosed && _device is not ClosedTapDevice)
        {
            _retry.Cancel();
            _isConnected = false;
            Close();
        }
    }

    /// <summary>One read less is under way. After the last one it is the timer's turn, never at once: a driver that refuses would be asked without a
    /// pause.</summary>
    private void OnDeaf()
    {
        _reading--;
        if (_reading > 0)
        {
            _device.Cancel();
            return;
        }

        if (_isConnected)
        {
            if (_lane.Now - _readingSince > SettledAfter)
            {
                _attempts = 0;
                _failures = 0;
            }

            if (_readError == Win32Error.ERROR_OPERATION_ABORTED)
            {
                TryLater();
            }
            else
            {
                TryLaterOrFail(SoftlanException.Create(
                    $"The TAP adapter '{Name}' stopped working",
                    $"it gives no frames any more (ReadFile: {Win32Error.Text(_readError)})",
                    "see in Network Connections (ncpa.cpl) whether it was disabled or removed, then start softlan again"));
            }
        }
    }

    private void TryLaterOrFail(SoftlanException reason)
    {
        if (++_failures > MaxAttempts)
        {
            Fail(reason);
        }
        else
        {
            TryLater();
        }
    }

    private void TryLater()
    {
        _retry.Set(TimeSpans.Min(FirstPause * (1 << Math.Min(_attempts++, 8)), LongestPause));
    }

    private void Retry()
    {
        if (_isClosed || _reading > 0 || (!_isConnected && _device is not ClosedTapDevice))
        {
            return;
        }

        bool maySleep = _device is not ClosedTapDevice && _readError == Win32Error.ERROR_OPERATION_ABORTED && _attempts <= SameHandleAttempts;
        if (maySleep)
        {
            AskForCable();
        }
        else
        {
            Reopen();
        }
    }

    /// <summary>An adapter that was stopped and started has another device behind the same path.</summary>
    private void Reopen()
    {
        Close();
        MacAddress address;
        try
        {
            _device = _open();
            address = _device.ReadMac();
        }
        catch (SoftlanException e)
        {
            Close();
            TryLaterOrFail(e); // It may be on its way back.
            return;
        }

        if (address != Address)
        {
            Fail(SoftlanException.Create(
                $"The TAP adapter '{Name}' stopped working",
                $"it was restarted with the MAC {address} instead of {Address}",
                "start softlan again"));
            return;
        }

        _device.Start(_lane, this);

        // A driver that is set to be always connected would let the party in before there is a metric, or without its default routes switched off.
        if (_device.SetMedia(false) is not (0 or Win32Error.ERROR_OPERATION_ABORTED) and int error)
        {
            Close();
            TryLaterOrFail(MediaRefused(isConnected: false, error));
        }
        else if (_isConnected)
        {
            AskForCable();
        }
    }

    /// <summary>What was under way ends with the device, and frames that it did not take are lost.</summary>
    private void Close()
    {
        for (int frames = _writing + _collected; frames > 0; frames--)
        {
            Counters.Drop(DropReason.PortBusy);
        }

        _reading = 0;
        _writing = 0;
        _collected = 0;
        if (_device is not ClosedTapDevice)
        {
            _device.Dispose();
            _device = new ClosedTapDevice(_device);
        }
    }

    /// <summary>The owner may have the cable in again when this returns, or the port closed.</summary>
    private void AskForCable()
    {
        _isConnected = false;
        _cableWanted();
    }
}
