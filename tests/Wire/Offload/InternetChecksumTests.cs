using System.Buffers.Binary;
using Softlan.Wire.Offload;
using Xunit;

namespace Softlan.Tests.Wire.Offload;

public sealed class InternetChecksumTests
{
    [Fact]
    public void Add_Rfc1071Example_SumsAsPrinted()
    {
        Assert.Equal(0xddf2, Number(InternetChecksum.Add(0, [0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7])));
    }

    [Fact]
    public void Add_EveryLengthAtEveryAlignment_EqualsTheByteByByteSum()
    {
        Random random = new(1);
        byte[] bytes = new byte[400];
        for (int length = 0; length < 300; length++)
        {
            random.NextBytes(bytes);
            int start = length % 33;
            byte[] piece = bytes[start..(start + length)];
            Assert.Equal(ReferenceChecksum.Sum(piece), Number(InternetChecksum.Add(0, bytes.AsSpan(start, length))));
        }
    }

    [Fact]
    public void Add_64KiBOfOnes_LosesNoCarry()
    {
        byte[] bytes = new byte[65_535];
        bytes.AsSpan().Fill(0xff);
        Assert.Equal(ReferenceChecksum.Sum(bytes), Number(InternetChecksum.Add(0, bytes)));
        Assert.Equal(0xffff, Number(InternetChecksum.Add(InternetChecksum.Add(0, bytes.AsSpan(0, 65_534)), bytes.AsSpan(0, 65_534))));
    }

    [Fact]
    public void Add_InEvenPieces_EqualsTheWhole()
    {
        byte[] bytes = new byte[1_001];
        new Random(2).NextBytes(bytes);
        ulong pieces = InternetChecksum.Add(InternetChecksum.Add(0, bytes.AsSpan(0, 74)), bytes.AsSpan(74));
        Assert.Equal(ReferenceChecksum.Sum(bytes), Number(pieces));
    }

    [Fact]
    public void Subtract_WhatWasAdded_LeavesTheRest()
    {
        ulong sum = InternetChecksum.Add(InternetChecksum.Add(0, (ushort)0x1234), (ushort)0xfedc);
        Assert.Equal(0x1234, Number(InternetChecksum.Subtract(sum, 0xfedc)));
    }

    [Theory]
    [InlineData(8)]
    [InlineData(32)]
    public void PseudoHeader_EitherFamily_EqualsTheReference(int addressBytes)
    {
        byte[] addresses = new byte[addressBytes];
        new Random(addressBytes).NextBytes(addresses);
        int expected = ReferenceChecksum.Pseudo(addresses[..(addressBytes / 2)], addresses[(addressBytes / 2)..], 6, 65_000);
        Assert.Equal(expected, Number(InternetChecksum.PseudoHeader(addresses, 6, 65_000)));
    }

    [Fact]
    public void Update_AnyChange_EqualsAFreshChecksum()
    {
        Random random = new(3);
        byte[] header = new byte[20];
        Span<byte> field = stackalloc byte[2];
        for (int round = 0; round < 2_000; round++)
        {
            random.NextBytes(header);
            InternetChecksum.WriteFinished(field, InternetChecksum.Add(0, header));
            ushort before = BinaryPrimitives.ReadUInt16BigEndian(header.AsSpan(4));
            ushort after = (ushort)random.Next(65_536);
            BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(4), after);
            InternetChecksum.Update(field, before, after);
            Assert.Equal(ReferenceChecksum.Finish(ReferenceChecksum.Sum(header)), BinaryPrimitives.ReadUInt16BigEndian(field));
        }
    }

    [Fact]
    public void WriteFinishedNonZero_ChecksumOfZero_BecomesAllOnes()
    {
        byte[] field = [1, 1];
        InternetChecksum.WriteFinishedNonZero(field, InternetChecksum.Add(0, (ushort)0xffff));
        Assert.Equal([0xff, 0xff], field);
        InternetChecksum.WriteFinishedNonZero(field, InternetChecksum.Add(0, (ushort)0x00fe));
        Assert.Equal([0xff, 0x01], field);
    }

    private static int Number(ulong sum)
    {
        byte[] field = new byte[2];
        InternetChecksum.WritePartial(field, sum);
        return BinaryPrimitives.ReadUInt16BigEndian(field);
    }
}
