using System.Text;
using System.Text.RegularExpressions;
using Softlan.Wire;
using Softlan.Wire.Control;
using Xunit;

namespace Softlan.Tests.Wire.Control;

/// <summary>What another side may and may not say. Single quotes stand for double ones.</summary>
public sealed partial class ControlCodecRefusalTests
{
    private const string Hello = "{'type':'hello','version':1,'role':'client','room':'a','mac':'02:00:5e:10:00:01','name':'n',"
        + "'mtu':1500,'maxDatagram':1200,'resume':'t','software':'s'}";
    private const string Welcome = "{'type':'welcome','peer':9,'room':'a','mtu':1500,'resume':'t',"
        + "'peers':[{'id':7,'role':'client','mac':'02:00:5e:10:00:01','name':'n'}]}";
    private const string Reject = "{'type':'reject','reason':'bad-mac','text':'t'}";
    private const string Joined = "{'type':'joined','peer':{'id':7,'role':'client','mac':'02:00:5e:10:00:01','name':'n'}}";
    private const string Left = "{'type':'left','id':7,'reason':'normal'}";
    private const string Outside = "{'type':'outside','id':7,'mac':'02:00:5e:10:00:01','outside':true}";
    private const string Lan = "{'type':'lan','connected':true}";
    private const string Bye = "{'type':'bye','reason':'normal','text':''}";

    private const string Stats = "{'type':'stats','rtt':1,'framesIn':1,'bytesIn':1,'framesOut':1,'bytesOut':1,'broadcastIn':1,'broadcastOut':1,"
        + "'datagramsIn':1,'datagramsOut':1,'splitFrames':1,'reassembledFrames':1,'drops':{'Jumbo':1}}";

    public static TheoryData<string> Valid => [Hello, Welcome, Reject, Joined, Left, Outside, Lan, Bye, Stats];

    [Theory]
    [MemberData(nameof(Valid))]
    public void Unchanged_IsRead(string json) => Assert.Null(Error(json));

    [Theory]
    [MemberData(nameof(Valid))]
    public void UnknownMembers_AreIgnored(string json)
    {
        Assert.Null(Error(json.Insert(1, "'new':{'a':[1,2,{'b':null}]},")));
        Assert.Null(Error(json.Insert(json.Length - 1, ",'x':1e999")));
    }

    [Theory]
    [MemberData(nameof(Valid))]
    public void EachMember_MissingOrNullOrOfAnotherShape_IsAnError(string json)
    {
        string[] optional = ["name", "mtu", "resume"];
        foreach (Match member in TopLevelMember().Matches(json[1..^1]))
        {
            string name = member.Groups[1].Value;
            bool mayMiss = json == Hello && optional.Contains(name);
            string without = "{" + json[1..^1].Remove(member.Index, member.Length).Trim(',').Replace(",,", ",", StringComparison.Ordinal) + "}";
            Assert.True(mayMiss == (Error(without) is null), without);
            string asNull = json.Replace(member.Value, $"'{name}':null", StringComparison.Ordinal);
            Assert.True(mayMiss == (Error(asNull) is null), asNull);
            Assert.NotNull(Error(json.Replace(member.Value, $"'{name}':[true]", StringComparison.Ordinal)));
        }
    }

    [Theory]
    [InlineData(Hello, "'role':'client'", "'role':'relay'", "role")]
    [InlineData(Hello, "'role':'client'", "'role':'Client'", "role")]
    [InlineData(Hello, "'role':'client'", "'role':0", null)]
    [InlineData(Hello, "'room':'a'", "'room':''", "room")]
    [InlineData(Hello, "'room':'a'", "'room':'a b'", "room")]
    [InlineData(Hello, "'mac':'02:00:5e:10:00:01'", "'mac':'02:00:5e:10:00'", "mac")]
    [InlineData(Hello, "'mac':'02:00:5e:10:00:01'", "'mac':''", "mac")]
    [InlineData(Hello, "'name':'n'", "'name':'\\u001b[31m'", "name")]
    [InlineData(Hello, "'name':'n'", "'name':'\\u202e'", "name")]
    [InlineData(Hello, "'name':'n'", "'name':'123456789012345678901234567890123'", "name")]
    [InlineData(Hello, "'name':'n'", "'name':'\\ud800'", null)]
    [InlineData(Hello, "'mtu':1500", "'mtu':0", "mtu")]
    [InlineData(Hello, "'mtu':1500", "'mtu':-1", "mtu")]
    [InlineData(Hello, "'mtu':1500", "'mtu':65536", "mtu")]
    [InlineData(Hello, "'mtu':1500", "'mtu':1500.5", null)]
    [InlineData(Hello, "'mtu':1500", "'mtu':'1500'", null)]
    [InlineData(Hello, "'mtu':1500", "'mtu':99999999999999999999", null)]
    [InlineData(Hello, "'maxDatagram':1200", "'maxDatagram':1167", "maxDatagram")]
    [InlineData(Hello, "'maxDatagram':1200", "'maxDatagram':65536", "maxDatagram")]
    [InlineData(Hello, "'resume':'t'", "'resume':''", "resume")]
    [InlineData(Hello, "'resume':'t'", "'resume':'a b'", "resume")]
    [InlineData(Hello, "'software':'s'", "'software':'\\n'", "software")]
    [InlineData(Hello, "'version':1", "'version':'1'", null)]
    [InlineData(Welcome, "'peer':9", "'peer':0", "peer")]
    [InlineData(Welcome, "'peer':9", "'peer':65536", "peer")]
    [InlineData(Welcome, "'mtu':1500", "'mtu':1279", "mtu")]
    [InlineData(Welcome, "'mtu':1500", "'mtu':1501", "mtu")]
    [InlineData(Welcome, "'id':7", "'id':0", "id")]
    [InlineData(Welcome, "'id':7,", "", "id")]
    [InlineData(Welcome, "'mac':'02:00:5e:10:00:01',", "", "mac")]
    [InlineData(Welcome, "[{", "[null,{", "peer")]
    [InlineData(Welcome, "[{", "[1,{", null)]
    [InlineData(Reject, "bad-mac", "BadMac", "reason")]
    [InlineData(Reject, "bad-mac", "normal", "reason")]
    [InlineData(Reject, "'text':'t'", "'text':'\\u0007'", "text")]
    [InlineData(Joined, "{'id':7", "{'id':-7", "id")]
    [InlineData(Joined, "'role':'client'", "'role':''", "role")]
    [InlineData(Left, "'id':7", "'id':65536", "id")]
    [InlineData(Left, "normal", "bad-mac", "reason")]
    [InlineData(Bye, "normal", "3", "reason")]
    [InlineData(Stats, "'rtt':1", "'rtt':-1", "rtt")]
    [InlineData(Stats, "'rtt':1", "'rtt':3600000001", "rtt")]
    [InlineData(Stats, "'framesIn':1", "'framesIn':-1", "framesIn")]
    [InlineData(Stats, "'bytesOut':1", "'bytesOut':9223372036854775808", null)]
    [InlineData(Stats, "'Jumbo':1", "'Jumbo':-1", "drops")]
    [InlineData(Stats, "'Jumbo':1", "'Jumbo':null", null)]
    public void OutOfRange_IsAnErrorThatNamesTheMember(string json, string part, string replacement, string? member)
    {
        Assert.Contains(part, json, StringComparison.Ordinal);
        string? error = Error(json.Replace(part, replacement, StringComparison.Ordinal));
        Assert.NotNull(error);
        Assert.Contains(member is null ? "shape" : $"'{member}'", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("1")]
    [InlineData("'hello'")]
    [InlineData("{}")]
    [InlineData("{'type':null}")]
    [InlineData("{'type':1}")]
    [InlineData("{'type':'bye'")]
    [InlineData("{'type':'bye','reason':'normal','text':''}x")]
    [InlineData("{'type':'bye','reason':'normal','text':''}{}")]
    [InlineData("{'type':'bye','reason':'normal','text':'',}")]
    [InlineData("/**/{'type':'bye','reason':'normal','text':''}")]
    [InlineData("{'Type':'bye','reason':'normal','text':''}")]
    [InlineData("\ufeff{'type':'bye','reason':'normal','text':''}")]
    [InlineData("{'type':'x','deep':[[[[[[[[[[]]]]]]]]]]}")]
    public void NotAMessage_IsAnError(string json) => Assert.NotNull(Error(json));

    [Fact]
    public void InvalidUtf8_IsAnError()
    {
        byte[] json = Bytes(Bye.Replace("''}", "'#'}", StringComparison.Ordinal));
        json[Array.IndexOf(json, (byte)'#')] = 0xff;
        Assert.False(ControlCodec.TryParse(json, out _, out _));
    }

    [Fact]
    public void TooLong_IsAnError()
    {
        string json = Bye.Insert(1, new string(' ', ControlCodec.MaxMessageLength));
        Assert.Contains("65536", Error(json), StringComparison.Ordinal);
    }

    [Fact]
    public void UnknownType_IsUnknownWhateverElseItSays()
    {
        Assert.True(ControlCodec.TryParse(Bytes("{'type':'wave\\n','peer':'x','id':[]}"), out ControlMessage? message, out _));
        Assert.Equal(new UnknownMessage("wave?"), message);
    }

    [Theory]
    [InlineData("{'type':'hello','version':2}", 2)]
    [InlineData("{'type':'hello','version':0,'room':[],'role':7,'mtu':'x'}", 0)]
    [InlineData("{'version':-5,'type':'hello'}", -5)]
    public void HelloOfAnotherVersion_IsReadNoFurtherThanItsVersion(string json, int version)
    {
        Assert.True(ControlCodec.TryParse(Bytes(json), out ControlMessage? message, out _));
        Assert.Equal(version, Assert.IsType<HelloMessage>(message).Version);
    }

    [Fact]
    public void Gateway_ThatSaysAMac_HasNone()
    {
        Assert.True(ControlCodec.TryParse(Bytes(Hello.Replace("client", "gateway", StringComparison.Ordinal)), out ControlMessage? message, out _));
        Assert.Equal(MacAddress.Zero, Assert.IsType<HelloMessage>(message).Mac);
    }

    [Fact]
    public void DropReasonOfALaterVersion_IsIgnored() =>
        Assert.Null(Error(Stats.Replace("'Jumbo':1", "'Jumbo':1,'Unheard':5,'0':3,'None':9", StringComparison.Ordinal)));

    [Theory]
    [InlineData("'Unheard':{'a':[1,'x',null]},'Jumbo':7,'':''", 7)]
    [InlineData("'Jumbo':3,'jumbo':4,'Unheard':99999999999999999999,'Jumbo':8", 8)]
    [InlineData("'\u004aumbo':9", 9)]
    public void DropReasons_AreFoundBetweenOthers(string drops, long jumbo)
    {
        byte[] json = Bytes(Stats.Replace("'Jumbo':1", drops, StringComparison.Ordinal));
        Assert.True(ControlCodec.TryParse(json, out ControlMessage? message, out string? error), error);
        Assert.Equal(jumbo, Assert.IsType<StatsMessage>(message).Counters.TotalDropped);
    }

    /// <summary>Each used to become a string and an entry of a dictionary.</summary>
    [Fact]
    public void DropReasons_ThatNobodyKnows_LeaveNothingBehind()
    {
        byte[] few = Bytes(Stats);
        string names = string.Join(',', Enumerable.Range(0, 5000).Select(i => $"'n{i}':1"));
        byte[] many = Bytes(Stats.Replace("'Jumbo':1", names, StringComparison.Ordinal));
        Assert.InRange(AllocatedBy(many), 0, 2 * AllocatedBy(few));
    }

    private static long AllocatedBy(byte[] json)
    {
        Assert.True(ControlCodec.TryParse(json, out _, out _));
        return Allocations.Of(() => Assert.True(ControlCodec.TryParse(json, out _, out _)));
    }

    [Fact]
    public void DamagedMessages_NeverThrow()
    {
        Random random = new(23);
        byte[][] seeds = [.. Valid.Select(row => Bytes(row.Data))];
        for (int i = 0; i < 8_000; i++)
        {
            byte[] json = [.. seeds[random.Next(seeds.Length)]];
            for (int changes = random.Next(4); changes > 0; changes--)
            {
                json[random.Next(json.Length)] = random.Next(2) == 0 ? (byte)random.Next(256) : (byte)"{}[]\",:\\u0"[random.Next(10)];
            }

            bool read = ControlCodec.TryParse(json.AsSpan(0, random.Next(json.Length + 1)), out ControlMessage? message, out string? error);
            Assert.Equal(read, message is not null);
            Assert.Equal(read, error is null);
        }
    }

    [GeneratedRegex(@"(?<=^|,)'(\w+)':(\{[^}]*\}|\[[^\]]*\]|'[^']*'|\d+)")]
    private static partial Regex TopLevelMember();

    private static byte[] Bytes(string json) => Encoding.UTF8.GetBytes(json.Replace('\'', '"'));

    private static string? Error(string json)
    {
        bool read = ControlCodec.TryParse(Bytes(json), out ControlMessage? message, out string? error);
        Assert.Equal(read, message is not null);
        return error;
    }
}
