using System.Text.Json.Serialization;

namespace Softlan.Roles.Client.Linux.Dhcp;

/// <summary>The JSON of what a DHCP program's script tells its client, generated at compile time.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UseStringEnumConverter = true,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(DhcpNotice))]
internal sealed partial class DhcpJson : JsonSerializerContext;
