using Microsoft.Extensions.Logging;
using Softlan.Platform;
using Softlan.Roles.Shared;
using Softlan.Wire;

namespace Softlan.Roles.Relay;

/// <summary>The relay's certificate: the operator's own, watched for changes, or one that is made once and kept, so that a restart keeps its
/// pin.</summary>
internal sealed class RelayCertificates(RelayOptions options, IQuicEngine engine, CertificateWatch watch, ILogger logger)
{
    /// <summary>How often the operator's files are read. They are a few KiB, so comparing what is in them costs less than being clever about time
    /// stamps and symbolic links.</summary>
    public static readonly TimeSpan PollInterval = TimeSpan.FromSeconds(5);

    public const string ChainFile = "relay.crt.pem";
    public const string KeyFile = "relay.key.pem";

    /// <summary>For files that softlan made itself: nobody has another key for them.</summary>
    private const string RestoreHint = "restore both, or delete both to have a new certificate made; players then need the new pin";

    private ServerCertificate? _current;
    private ServerCertificate? _candidate;
    private string? _told;

    public CertificatePin Pin { get; private set; }

    /// <summary>Reads the certificate that the relay starts with, or makes it.</summary>
    public ServerCertificate Load()
    {
        ServerCertificate certificate = options.Certificate is { } files ? Read(files) : LoadOrMake();
        Adopt(certificate);
        return certificate;
    }

    /// <summary>Looks at the operator's files. New content is used when it was the same in two looks, since a renewal writes two files, one after the
    /// other.</summary>
    /// <param name="use">Puts a certificate to use; may throw <see cref="SoftlanException"/>.</param>
    public void Poll(Action<ServerCertificate> use)
    {
        if (options.Certificate is not { } files)
        {
            return;
        }

        ServerCertificate found;
        try
        {
            found = Read(files);
        }
        catch (SoftlanException unreadable)
        {
            _candidate = null;
            Warn(unreadable.Message);
            return;
        }

        if (IsSame(found, _current))
        {
            _candidate = null;
            _told = null;
        }
        else if (IsSame(found, _candidate))
        {
            TryUse(found, use);
        }
        else
        {
            _candidate = found;
        }
    }

    /// <summary>Reads the operator's files and uses them now, because somebody asked for it.</summary>
    public void Reload(Action<ServerCertificate> use)
    {
        if (options.Certificate is not { } files)
        {
            return;
        }

        _told = null;
        try
        {
            TryUse(Read(files), use);
        }
        catch (SoftlanException unreadable)
        {
            Warn(unreadable.Message);
        }
    }

    /// <summary>Where the certificate is that the relay makes.</summary>
    private CertificateFiles MadeFiles => new(Path.Combine(options.StateDirectory, ChainFile), Path.Combine(options.StateDirectory, KeyFile));

    private static bool IsSame(ServerCertificate left, ServerCertificate? right) =>
        right is not null && left.ChainPem.AsSpan().SequenceEqual(right.ChainPem) && left.KeyPem.AsSpan().SequenceEqual(right.KeyPem);

    private static ServerCertificate Read(CertificateFiles files) => new(ReadFile(files.Chain), ReadFile(files.Key));

    private static byte[] ReadFile(string path) => StateFiles.Read(path)
        ?? throw SoftlanException.Create(
            $"Cannot read '{path}'",
            "there is no such file",
            "give the PEM files with --cert and --key, or neither to have a certificate made");

    private ServerCertificate LoadOrMake()
    {
        CertificateFiles files = MadeFiles;
        byte[]? chain = StateFiles.Read(files.Chain);
        byte[]? key = StateFiles.Read(files.Key);
        if (chain is null)
        {
            if (key is { Length: > 0 })
            {
                throw SoftlanException.Create($"Cannot use '{files.Key}'", $"its certificate '{files.Chain}' is missing", RestoreHint);
            }

            ServerCertificate made = engine.GenerateCertificate(options.ServerName);
            StateFiles.Write(files.Key, made.KeyPem);
            StateFiles.Write(files.Chain, made.ChainPem);
            RelayLog.CertificateMade(logger, options.ServerName, options.StateDirectory);
            return made;
        }

        return new ServerCertificate(chain, key ?? throw SoftlanException.Create(
            $"Cannot use '{files.Chain}'",
            $"its key '{files.Key}' is missing",
            RestoreHint));
    }

    private void TryUse(ServerCertificate certificate, Action<ServerCertificate> use)
    {
        try
        {
            CertificatePin pin = Inspect(certificate);
            use(certificate);
            _current = certificate;
            _candidate = null;
            _told = null;
            CertificatePin old = Pin;
            Pin = pin;
            if (pin == old)
            {
                RelayLog.CertificateReloaded(logger, pin);
            }
            else
            {
                RelayLog.KeyChanged(logger, pin, old);
            }

            watch.Begin(certificate);
        }
        catch (SoftlanException unusable)
        {
            Warn(unusable.Message);
        }
    }

    private void Adopt(ServerCertificate certificate)
    {
        Pin = Inspect(certificate);
        _current = certificate;
        watch.Begin(certificate);
    }

    private CertificatePin Inspect(ServerCertificate certificate)
    {
        CertificateFiles files = options.Certificate ?? MadeFiles;
        try
        {
            RequireContent(certificate.ChainPem, files.Chain);
            RequireContent(certificate.KeyPem, files.Key);
            if (HasPassphrase(certificate.KeyPem))
            {
                throw SoftlanException.Create(
                    $"Cannot use '{files.Key}'",
                    "the key has a passphrase, which softlan cannot ask for",
                    $"remove the passphrase: openssl pkey -in '{files.Key}' -out FILE, and give that with --key; "
                    + "keep it readable by the relay's user only");
            }

            return InspectByEngine(certificate, files);
        }
        catch (SoftlanException unusable) when (options.Certificate is null)
        {
            throw SoftlanException.Create(unusable.What, unusable.Why, RestoreHint);
        }
    }

    private CertificatePin InspectByEngine(ServerCertificate certificate, CertificateFiles files)
    {
        try
        {
            return engine.Inspect(certificate, $"'{files.Chain}' and '{files.Key}'");
        }
        catch (SoftlanException) when (CertificateMistakes.Find(certificate, files) is { } mistake)
        {
            throw mistake;
        }
    }

    private static void RequireContent(ReadOnlySpan<byte> content, string path)
    {
        if (content.Trim(" \t\r\n"u8).IsEmpty)
        {
            throw SoftlanException.Create(
                $"Cannot use '{path}'",
                "it is empty",
                "write the PEM text into it again: --cert takes the certificate chain, --key its key");
        }
    }

    /// <summary>PKCS #8 (RFC 7468, section 11), and what older versions of OpenSSL write (RFC 1421, section 4.6.1.1).</summary>
    private static bool HasPassphrase(ReadOnlySpan<byte> pem) =>
        pem.IndexOf("-----BEGIN ENCRYPTED PRIVATE KEY-----"u8) >= 0 || pem.IndexOf("Proc-Type: 4,ENCRYPTED"u8) >= 0;

    /// <summary>Says a thing once, and not at every look.</summary>
    private void Warn(string message)
    {
        if (_told != message)
        {
            _told = message;
            RelayLog.CertificateNotReloaded(logger, message);
        }
    }
}
