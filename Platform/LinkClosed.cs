using Softlan.Wire;

namespace Softlan.Platform;

/// <param name="Kind">Who or what ended it.</param>
/// <param name="Reason">The close reason where a peer or we gave one; otherwise the nearest.</param>
/// <param name="Text">A sentence for people, without a full stop; never empty.</param>
internal readonly record struct LinkClosed(LinkCloseKind Kind, CloseReason Reason, string Text);
