using Microsoft.Extensions.Logging;
using Softlan.Platform;

namespace Softlan.Roles.Relay;

/// <summary>Warns the operator when players without a pin are refused because of the operator's own certificate, and before that. The one that the
/// relay makes is for players with a pin, who look at nothing else.</summary>
/// <param name="options">The name by which players reach the relay, and the certificate's file.</param>
/// <param name="clock">The time of day.</param>
/// <param name="logger">For the operator.</param>
internal sealed class CertificateWatch(RelayOptions options, TimeProvider clock, ILogger logger)
{
    /// <summary>How often the certificate's time is looked at.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromDays(1);

    /// <summary>Before its end: renewal by machine comes earlier, and a person has two weekends.</summary>
    public static readonly TimeSpan Notice = TimeSpan.FromDays(14);

    /// <summary>Of a short life only the last third is worth a warning: such certificates are renewed at half of it.</summary>
    private const int ShareOfLife = 3;

    private CertificateFacts? _facts;

    /// <summary>Whether an authority signed the certificate, so that players may do without the pin if it is one whom everybody trusts.</summary>
    public bool IsSignedByAuthority => _facts is { IsSelfIssued: false };

    /// <summary>A certificate is in use from now on.</summary>
    public void Begin(ServerCertificate certificate)
    {
        _facts = null;
        if (options.Certificate is { } files && CertificateFacts.TryRead(certificate.ChainPem, out _facts))
        {
            if (options.PublicName is { } name && !_facts.IsFor(name))
            {
                Warn(
                    $"The certificate '{files.Chain}' is not for {name} (--server-name), but for {string.Join(", ", _facts.Names)}: "
                    + "players without --pin are refused. Hint: have one made for that name, or give the relay one of these names");
            }

            TellTime();
        }
    }

    /// <summary>To be called once an <see cref="Interval"/>.</summary>
    public void TellTime()
    {
        if (_facts is not { } facts || options.Certificate is not { } files)
        {
            return;
        }

        DateTimeOffset now = clock.GetUtcNow();
        TimeSpan life = facts.NotAfter - facts.NotBefore;
        TimeSpan left = facts.NotAfter - now;
        if (left <= TimeSpan.Zero)
        {
            Warn($"The certificate '{files.Chain}' expired on {facts.NotAfter:yyyy-MM-dd}: players without --pin are refused. Hint: renew it");
        }
        else if (now < facts.NotBefore)
        {
            Warn(
                $"The certificate '{files.Chain}' is not valid before {facts.NotBefore:yyyy-MM-dd HH:mm} UTC: players without --pin are refused. "
                + "Hint: see that this machine's clock is right");
        }
        else if (left < Notice && left < life / ShareOfLife)
        {
            Warn($"The certificate '{files.Chain}' expires on {facts.NotAfter:yyyy-MM-dd}: players without --pin are refused then. Hint: renew it");
        }
    }

    private void Warn(string warning) => RelayLog.CertificateDoubtful(logger, warning);
}
