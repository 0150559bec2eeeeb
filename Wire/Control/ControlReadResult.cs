namespace Softlan.Wire.Control;

/// <summary>What <see cref="ControlReader.Read"/> found.</summary>
internal enum ControlReadResult
{
    /// <summary>The input is used up; come again with more.</summary>
    NeedMore,

    /// <summary>One whole message. There may be another one in the rest of the input.</summary>
    Message,

    /// <summary>A length of 0 or above 65536: the stream cannot be read any further.</summary>
    Invalid,
}
