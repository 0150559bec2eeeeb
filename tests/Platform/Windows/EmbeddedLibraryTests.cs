using System.Runtime.Versioning;
using System.Security.Cryptography;
using Softlan.Platform.Windows;
using Softlan.Tests.Roles.Client;
using Xunit;

namespace Softlan.Tests.Platform.Windows;

/// <summary>Unpacking, which is files alone and the same everywhere.</summary>
[SupportedOSPlatform("windows")]
public sealed class EmbeddedLibraryTests : IDisposable
{
    private static readonly byte[] Content = [1, 2, 3, 4];

    private readonly TemporaryDirectory _directory = new();

    private string Library => _directory.File("library.dll");

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData(null)]
    [InlineData(new byte[] { 1, 2, 3, 5 })]
    [InlineData(new byte[] { 1, 2, 3, 4 })]
    public void Open_WhateverWasThere_IsTheRightFileAndTheOnlyOne(byte[]? before)
    {
        if (before is not null)
        {
            File.WriteAllBytes(Library, before);
        }

        Open();
        Assert.Equal(Content, File.ReadAllBytes(Library));
        Assert.Equal([Library], Directory.GetFileSystemEntries(_directory.Path));
    }

    [Fact]
    public void Open_CannotBeReplaced_LeavesNothingBehind()
    {
        Directory.CreateDirectory(Library);
        Assert.ThrowsAny<Exception>(Open);
        Assert.Equal([Library], Directory.GetFileSystemEntries(_directory.Path));
    }

    private void Open()
    {
        using FileStream file = EmbeddedLibrary.Open(Library, Content, SHA256.HashData(Content));
    }
}
