namespace Softlan.Roles.Client;

/// <param name="Room">The room code.</param>
/// <param name="Relay">host:port.</param>
/// <param name="Pin">The relay's pin, where one was given.</param>
/// <param name="CaFile">The full path of the CA file, where one was given.</param>
/// <param name="ServerName">The name in the certificate, where it was given.</param>
/// <param name="Name">What the others in the room saw, where it was given.</param>
internal sealed record ProfileRoom(
    string Room, string Relay, string? Pin = null, string? CaFile = null, string? ServerName = null, string? Name = null);
