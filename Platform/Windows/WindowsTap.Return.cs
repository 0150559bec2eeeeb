using Softlan.Wire;

namespace Softlan.Platform.Windows;

/// <summary>How the port comes back after sleep and after a restart of the adapter.</summary>
internal sealed partial class WindowsTap
{
    /// <summary>Attempts for an adapter to come back: from sleep, from a restart, from a new driver.</summary>
    public const int MaxAttempts = 18;

    /// <summary>The first pause before reading is tried again; doubles up to <see cref="LongestPause"/>.</summary>
    public static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(250);

    public static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(2);

    /// <summary>Reading that lasted this long was no failed attempt.</summary>
    private static readonly TimeSpan SettledAfter = TimeSpan.FromSeconds(5);

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
        TimeSpan pause = FirstPause * (1 << Math.Min(_attempts++, 8));
        _retry.Set(pause < LongestPause ? pause : LongestPause);
    }

    private void Retry()
    {
        if (_isClosed || _reading > 0 || (!_isConnected && _device is not ClosedTapDevice))
        {
            return;
        }

        // A device that stays deaf may be another one by now than the one behind this handle.
        bool isSame = _readError == Win32Error.ERROR_OPERATION_ABORTED && _attempts <= MaxAttempts;
        if (isSame)
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
        _writing = 0;
        _collected = 0;
        _device.Dispose();
        MacAddress address;
        try
        {
            _device = _open();
            address = _device.ReadMac();
        }
        catch (SoftlanException e)
        {
            _device.Dispose();
            _device = new ClosedTapDevice(_device);
            _readError = Win32Error.ERROR_DEVICE_NOT_CONNECTED;
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
        if (_device.SetMedia(false) is not (0 or Win32Error.ERROR_OPERATION_ABORTED))
        {
            TryLater();
        }
        else if (_isConnected)
        {
            AskForCable();
        }
    }

    /// <summary>The owner may have the cable in again when this returns, or the port closed.</summary>
    private void AskForCable()
    {
        _isConnected = false;
        _cableWanted();
    }
}
