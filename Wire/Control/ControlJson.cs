using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using static Softlan.Wire.Control.MessageShapes;

namespace Softlan.Wire.Control;

/// <summary>How <see cref="MessageShapes"/> become JSON and back, compiled ahead: no reflection at run time.</summary>
[JsonSourceGenerationOptions(
    GenerationMode = JsonSourceGenerationMode.Metadata,
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(TypeShape))]
[JsonSerializable(typeof(VersionShape))]
[JsonSerializable(typeof(HelloShape))]
[JsonSerializable(typeof(WelcomeShape))]
[JsonSerializable(typeof(ReasonShape))]
[JsonSerializable(typeof(JoinedShape))]
[JsonSerializable(typeof(LeftShape))]
[JsonSerializable(typeof(OutsideShape))]
[JsonSerializable(typeof(LanShape))]
[JsonSerializable(typeof(StatsShape))]
internal sealed partial class ControlJson : JsonSerializerContext
{
    /// <summary>Nesting that is read. The deepest message has 3; the rest is for members that a later version adds and this one skips.</summary>
    private const int MaxDepth = 8;

    /// <summary>A context with the two options that the attribute cannot give.</summary>
    public static ControlJson CreateBounded() => new(new JsonSerializerOptions(Default.Options)
    {
        MaxDepth = MaxDepth,

        // Most names stay readable UTF-8 instead of six bytes a character: this JSON never stands in a web page.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });
}
