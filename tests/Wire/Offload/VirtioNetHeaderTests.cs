using Softlan.Wire.Offload;
using Xunit;

namespace Softlan.Tests.Wire.Offload;

public sealed class VirtioNetHeaderTests
{
    [Fact]
    public void Write_KnownValues_LiesAsInTheKernelsHeader()
    {
        byte[] bytes = new byte[VirtioNetHeader.Length];
        new VirtioNetHeader(VirtioNetFlags.NeedsChecksum, VirtioGsoType.TcpV4 | VirtioGsoType.Ecn, 0x0036, 0x05a8, 0x0022, 0x0010).Write(bytes);
        Assert.Equal([0x01, 0x81, 0x36, 0x00, 0xa8, 0x05, 0x22, 0x00, 0x10, 0x00], bytes);
    }

    [Fact]
    public void Read_WhatWasWritten_IsTheSame()
    {
        Random random = new(4);
        byte[] bytes = new byte[VirtioNetHeader.Length];
        byte[] again = new byte[VirtioNetHeader.Length];
        for (int round = 0; round < 100; round++)
        {
            random.NextBytes(bytes);
            VirtioNetHeader.Read(bytes).Write(again);
            Assert.Equal(bytes, again);
        }
    }

}
