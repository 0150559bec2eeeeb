using System.Runtime.InteropServices.Marshalling;
using System.Runtime.Versioning;
using Microsoft.Extensions.Logging;

namespace Softlan.Platform.Quic.Ngtcp2;

/// <summary>Whether softlan knows the insides of the ngtcp2 that it runs with. Only then does it use what no header promises:
/// <see cref="CongestionWindow"/> and <see cref="BbrPauses"/>.</summary>
/// <remarks>
/// Any other version carries links as well, with BBR as it is there. Who moves to one compares its lib/ngtcp2_bbr.c and lib/ngtcp2_conn_stat.h with
/// what those two say, lets BbrPausesTests and LossyPathTests run, and adds it to <see cref="Tested"/>; or removes what is not needed any more.
/// </remarks>
[SupportedOSPlatform("linux")]
internal static unsafe class Ngtcp2Internals
{
    private static int _wasTold;

    /// <summary>NGTCP2_VERSION_NUM of the versions whose sources were read, and with which the tests have passed: 1.11.0.</summary>
    public static ReadOnlySpan<int> Tested => [0x010b00];

    /// <summary>The library that is linked is one of <see cref="Tested"/>.</summary>
    // SAFETY: ngtcp2 answers with a constant of its own; null it is only for whoever asks for a later version.
    public static bool AreKnown { get; } = IsTested(NativeNgtcp2.Version(0)->VersionNumber);

    /// <summary>Of the library that is linked, as it calls itself.</summary>
    // SAFETY: as above.
    public static string Version { get; } = Utf8StringMarshaller.ConvertToManaged(NativeNgtcp2.Version(0)->VersionText) ?? "";

    /// <param name="version">NGTCP2_VERSION_NUM.</param>
    public static bool IsTested(int version) => Tested.Contains(version);

    /// <summary>Says whether they are used, once in the life of the process, however many engines it has.</summary>
    public static void Tell(ILogger logger) => Tell(logger, ref _wasTold);

    /// <inheritdoc cref="Tell(ILogger)"/>
    /// <param name="logger">Hears it.</param>
    /// <param name="wasTold">In place of the process: 1 where it was said, else 0.</param>
    public static void Tell(ILogger logger, ref int wasTold)
    {
        if (Interlocked.Exchange(ref wasTold, 1) != 0)
        {
            return;
        }

        if (AreKnown)
        {
            QuicLog.InternalsKnown(logger, Version);
        }
        else
        {
            QuicLog.InternalsUnknown(logger, Version);
        }
    }
}
