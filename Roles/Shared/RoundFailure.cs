using Softlan.Wire;

namespace Softlan.Roles.Shared;

/// <summary>Why a round of attempts to connect led nowhere.</summary>
/// <param name="Reason">For people, without a full stop: what happened at each address.</param>
/// <param name="Hint">What to do about it, as a clause in the imperative; null where the reason says it.</param>
/// <param name="Untrusted">What was wrong with the certificate, where an address had one that is not trusted.</param>
/// <param name="Useless">Set when trying again cannot help.</param>
internal readonly record struct RoundFailure(string Reason, string? Hint, string? Untrusted, SoftlanException? Useless);
