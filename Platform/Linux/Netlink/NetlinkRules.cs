using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Runtime.Versioning;
using Softlan.Wire;
using static Softlan.Platform.Linux.Netlink.NativeNetlink;

namespace Softlan.Platform.Linux.Netlink;

/// <summary>IPv4 policy rules by source address: list, add, delete.</summary>
[SupportedOSPlatform("linux")]
internal static class NetlinkRules
{
    /// <summary>Bits of the source that count.</summary>
    private const byte SourceLength = 32;

    /// <summary>Adds a rule; <see cref="NetlinkResult.AlreadyExists"/> where this very one is there.</summary>
    public static NetlinkResult Add(NetlinkSocket socket, RuleEntry rule)
    {
        NetlinkWriter request = new(stackalloc byte[NetlinkWriter.MaxLength], RTM_NEWRULE, NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL);
        Append(ref request, rule);
        return socket.Change(request);
    }

    /// <summary>Deletes the rule with this source, table and priority. The kernel does not look at who made it.</summary>
    public static NetlinkResult Delete(NetlinkSocket socket, RuleEntry rule)
    {
        NetlinkWriter request = new(stackalloc byte[NetlinkWriter.MaxLength], RTM_DELRULE, NLM_F_ACK);
        Append(ref request, rule);
        return socket.Change(request);
    }

    /// <summary>The rules that lead from one address to <paramref name="table"/>; none where the kernel has no policy rules.</summary>
    /// <exception cref="SoftlanException">The kernel did not answer.</exception>
    public static IReadOnlyList<RuleEntry> List(NetlinkSocket socket, uint table)
    {
        NetlinkWriter request = new(stackalloc byte[NetlinkWriter.MaxLength], RTM_GETRULE, NLM_F_DUMP);
        request.Header(new RuleMessage { Family = AF_INET });
        List<RuleEntry> rules = [];
        NetlinkResult result = socket.List(request, rules.Clear, message =>
        {
            if (TryParse(message, out RuleEntry? rule) && rule.Table == table)
            {
                rules.Add(rule);
            }
        });
        if (!result.Succeeded && !result.NotFound && result.Code is not (Errno.EOPNOTSUPP or Errno.EAFNOSUPPORT))
        {
            throw result.ToException("Cannot list the policy rules");
        }

        return rules;
    }

    /// <summary>Reads one RTM_NEWRULE; false when the bytes are not one that leads from an IPv4 address to a table.</summary>
    public static bool TryParse(NetlinkMessage message, [NotNullWhen(true)] out RuleEntry? rule)
    {
        rule = null;
        if (message.Type != RTM_NEWRULE
            || !message.TryRead(out RuleMessage header, out NetlinkAttributes attributes)
            || header is not { Family: AF_INET, SourceLength: SourceLength, DestinationLength: 0, Action: FR_ACT_TO_TBL })
        {
            return false;
        }

        IPAddress? source = null;
        uint table = header.Table;
        uint priority = 0;
        byte protocol = 0;
        while (attributes.TryRead(out ushort type, out ReadOnlySpan<byte> value))
        {
            switch (type)
            {
                case FRA_SRC when value.Length == SourceLength / 8:
                    source = new IPAddress(value);
                    break;
                case FRA_TABLE:
                    table = NetlinkAttributes.ReadUInt32(value);
                    break;
                case FRA_PRIORITY:
                    priority = NetlinkAttributes.ReadUInt32(value);
                    break;
                case FRA_PROTOCOL when value.Length > 0:
                    protocol = value[0];
                    break;
                default:
                    break;
            }
        }

        rule = source is null ? null : new RuleEntry { Source = source, Table = table, Priority = priority, Protocol = protocol };
        return rule is not null;
    }

    private static void Append(ref NetlinkWriter request, RuleEntry rule)
    {
        request.Header(new RuleMessage { Family = AF_INET, SourceLength = SourceLength, Table = RT_TABLE_UNSPEC, Action = FR_ACT_TO_TBL });
        request.Attribute(FRA_SRC, rule.Source);
        request.Attribute(FRA_PRIORITY, rule.Priority);
        request.Attribute(FRA_TABLE, rule.Table);
        request.Attribute(FRA_PROTOCOL, rule.Protocol);
    }
}
