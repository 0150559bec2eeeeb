using System.Text.Json.Serialization;

namespace Softlan.Roles.Client;

/// <summary>The JSON of the client's files, generated at compile time.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UseStringEnumConverter = true,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    WriteIndented = true)]
[JsonSerializable(typeof(JournalContent))]
[JsonSerializable(typeof(IdentityContent))]
[JsonSerializable(typeof(ProfileContent))]
internal sealed partial class ClientJson : JsonSerializerContext;
