using System.Text;
using Softlan.Wire.Control;
using Xunit;

namespace Softlan.Tests.Wire.Control;

public sealed class PrintableTextTests
{
    [Fact]
    public void Clean_AnyText_IsPrintable()
    {
        Random random = new(22);
        for (int i = 0; i < 20_000; i++)
        {
            string text = string.Concat(Enumerable.Range(0, random.Next(12)).Select(_ => (char)random.Next(0x10000)));
            Assert.True(PrintableText.IsPrintable(PrintableText.Clean(text, 8), 8));
        }
    }

    [Theory]
    [InlineData(' ', true)]
    [InlineData(0x0a, true)]    // line feed
    [InlineData(0xa0, true)]    // no-break space
    [InlineData(0x200b, true)]  // zero-width space
    [InlineData(0x2800, true)]  // braille's blank
    [InlineData(0x3164, true)]  // Hangul filler
    [InlineData(0xfe0f, true)]  // variation selector
    [InlineData(0xe0100, true)] // variation selector, of the supplement
    [InlineData('a', false)]
    [InlineData(0x1f3ae, false)]
    public void IsUnseen_WhatShowsNothing(int character, bool isUnseen) => Assert.Equal(isUnseen, PrintableText.IsUnseen(new Rune(character)));
}
