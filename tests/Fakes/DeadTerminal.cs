using System.Text;

namespace Softlan.Tests.Fakes;

/// <summary>A terminal that was closed: every write fails, as it does with EIO.</summary>
internal sealed class DeadTerminal : TextWriter
{
    public override Encoding Encoding => Encoding.UTF8;

    /// <summary>Writes that were tried.</summary>
    public int Writes { get; private set; }

    public override void Write(char value) => Fail();

    public override void Write(string? value) => Fail();

    private void Fail()
    {
        Writes++;
        throw new IOException("Input/output error");
    }
}
