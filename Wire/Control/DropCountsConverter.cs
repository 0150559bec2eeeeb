using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Softlan.Wire.Control;

/// <summary>Counts by the name of their <see cref="DropReason"/>: an array with a place for each reason here, an object without the zeros in JSON.
/// Names that are not known here are skipped and leave nothing behind, however many there are; of a name that comes twice the last counts.</summary>
internal sealed class DropCountsConverter : JsonConverter<long[]>
{
    private static readonly byte[][] Names = [.. Enum.GetNames<DropReason>().Select(Encoding.UTF8.GetBytes)];

    public override long[] Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            throw new JsonException();
        }

        long[] counts = new long[Names.Length];
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            int reason = Find(ref reader);
            reader.Read();
            if (reason < 0)
            {
                reader.Skip();
            }
            else if (reader.TokenType != JsonTokenType.Number || !reader.TryGetInt64(out counts[reason]))
            {
                throw new JsonException();
            }
        }

        return counts;
    }

    public override void Write(Utf8JsonWriter writer, long[] value, JsonSerializerOptions options)
    {
        writer.WriteStartObject();
        for (int i = 0; i < Names.Length; i++)
        {
            if (value[i] != 0)
            {
                writer.WriteNumber(Names[i], value[i]);
            }
        }

        writer.WriteEndObject();
    }

    /// <summary>Without a string of the name.</summary>
    private static int Find(ref Utf8JsonReader reader)
    {
        for (int i = 0; i < Names.Length; i++)
        {
            if (reader.ValueTextEquals(Names[i]))
            {
                return i;
            }
        }

        return -1;
    }
}
