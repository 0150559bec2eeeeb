using System.Diagnostics.CodeAnalysis;
using System.Formats.Asn1;
using System.Globalization;
using System.Net;
using System.Text;
using Softlan.Roles.Shared;

namespace Softlan.Roles.Relay;

/// <summary>What a certificate says of itself (RFC 5280, section 4.1): enough to warn the relay's operator.</summary>
/// <remarks>Not by X509Certificate2, which needs OpenSSL on Linux: the executable runs where there is none.</remarks>
/// <param name="NotBefore">When it begins to be valid.</param>
/// <param name="NotAfter">When it ends.</param>
/// <param name="Names">The DNS names and IP addresses that it is for; empty where it names none in the place for them.</param>
/// <param name="IsSelfIssued">No authority signed it.</param>
internal sealed record CertificateFacts(DateTimeOffset NotBefore, DateTimeOffset NotAfter, IReadOnlyList<string> Names, bool IsSelfIssued)
{
    /// <summary>id-ce-subjectAltName (RFC 5280, section 4.2.1.6).</summary>
    private const string SubjectAltName = "2.5.29.17";

    private static readonly Asn1Tag Version = new(TagClass.ContextSpecific, 0);
    private static readonly Asn1Tag Extensions = new(TagClass.ContextSpecific, 3);
    private static readonly Asn1Tag DnsName = new(TagClass.ContextSpecific, 2);
    private static readonly Asn1Tag IPAddressName = new(TagClass.ContextSpecific, 7);

    /// <summary>Of the first certificate in PEM text.</summary>
    public static bool TryRead(ReadOnlySpan<byte> pem, [NotNullWhen(true)] out CertificateFacts? facts)
    {
        facts = null;
        if (!PemText.TryReadCertificate(pem, out byte[]? der))
        {
            return false;
        }

        try
        {
            facts = Read(new AsnReader(der, AsnEncodingRules.DER).ReadSequence().ReadSequence());
            return true;
        }
        catch (AsnContentException)
        {
            return false;
        }
    }

    /// <summary>Whether players who give this name believe it: RFC 6125, section 6.4, with a wildcard as the whole first label only. True where the
    /// certificate has no names to compare with.</summary>
    /// <param name="host">A DNS name or an IP address.</param>
    public bool IsFor(string host)
    {
        string ascii = ToAscii(host.TrimEnd('.'));
        return Names.Count == 0 || Names.Any(name => Matches(name, ascii));
    }

    /// <summary>As certificates write international names (RFC 5280, section 7.2).</summary>
    private static string ToAscii(string host)
    {
        try
        {
            return Ascii.IsValid(host) ? host : new IdnMapping().GetAscii(host);
        }
        catch (ArgumentException)
        {
            return host;
        }
    }

    private static bool Matches(string name, string host)
    {
        if (IPAddress.TryParse(host, out IPAddress? address))
        {
            return IPAddress.TryParse(name, out IPAddress? named) && named.Equals(address);
        }

        int dot = host.IndexOf('.', StringComparison.Ordinal);
        return string.Equals(name, host, StringComparison.OrdinalIgnoreCase)
            || (dot > 0 && name.StartsWith("*.", StringComparison.Ordinal)
                && name.AsSpan(1).Equals(host.AsSpan(dot), StringComparison.OrdinalIgnoreCase));
    }

    private static CertificateFacts Read(AsnReader certificate)
    {
        if (certificate.PeekTag().HasSameClassAndValue(Version))
        {
            certificate.ReadEncodedValue();
        }

        certificate.ReadEncodedValue(); // The serial number,
        certificate.ReadEncodedValue(); // and the algorithm of the signature.
        ReadOnlyMemory<byte> issuer = certificate.ReadEncodedValue();
        AsnReader validity = certificate.ReadSequence();
        DateTimeOffset notBefore = ReadTime(validity);
        DateTimeOffset notAfter = ReadTime(validity);
        bool isSelfIssued = issuer.Span.SequenceEqual(certificate.ReadEncodedValue().Span);
        List<string> names = [];
        while (certificate.HasData)
        {
            if (certificate.PeekTag().HasSameClassAndValue(Extensions))
            {
                AddNames(certificate.ReadSequence(Extensions).ReadSequence(), names);
            }
            else
            {
                certificate.ReadEncodedValue();
            }
        }

        return new CertificateFacts(notBefore, notAfter, names, isSelfIssued);
    }

    private static DateTimeOffset ReadTime(AsnReader validity) =>
        validity.PeekTag().HasSameClassAndValue(Asn1Tag.UtcTime) ? validity.ReadUtcTime() : validity.ReadGeneralizedTime();

    private static void AddNames(AsnReader extensions, List<string> names)
    {
        while (extensions.HasData)
        {
            AsnReader extension = extensions.ReadSequence();
            if (extension.ReadObjectIdentifier() != SubjectAltName)
            {
                continue;
            }

            if (extension.PeekTag().HasSameClassAndValue(Asn1Tag.Boolean))
            {
                extension.ReadBoolean(); // Whether it is critical.
            }

            AsnReader general = new AsnReader(extension.ReadOctetString(), AsnEncodingRules.DER).ReadSequence();
            while (general.HasData)
            {
                AddName(general, names);
            }
        }
    }

    private static void AddName(AsnReader general, List<string> names)
    {
        Asn1Tag tag = general.PeekTag();
        if (tag.HasSameClassAndValue(DnsName))
        {
            names.Add(general.ReadCharacterString(UniversalTagNumber.IA5String, DnsName));
        }
        else if (tag.HasSameClassAndValue(IPAddressName))
        {
            if (general.ReadOctetString(IPAddressName) is { Length: 4 or 16 } address)
            {
                names.Add(new IPAddress(address).ToString());
            }
        }
        else
        {
            general.ReadEncodedValue();
        }
    }
}
