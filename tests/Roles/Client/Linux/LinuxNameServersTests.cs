using Softlan.Roles.Client.Linux;
using Xunit;

namespace Softlan.Tests.Roles.Client.Linux;

public sealed class LinuxNameServersTests : IDisposable
{
    private readonly TemporaryDirectory _root = new();

    public void Dispose() => _root.Dispose();

    [Fact]
    public void Read_ResolvConf_NamesThoseElsewhere()
    {
        Write(
            "etc/resolv.conf",
            "# nameserver 192.0.2.1\n; nameserver 192.0.2.2\nsearch example.org\nnameserver 192.0.2.53\nnameserver\t2001:db8::53  # ours\n"
            + "nameserver fe80::1%eth0\nnameserver 192.0.2.53\nnameserver x\nnameserver\nnameservers 192.0.2.3\nnameserver 0.0.0.0\n");
        Assert.Equal(["192.0.2.53", "2001:db8::53"], Read());
    }

    [Theory]
    [InlineData("run/systemd/resolve/resolv.conf", "127.0.0.53")]
    [InlineData("run/NetworkManager/no-stub-resolv.conf", "127.0.0.1")]
    [InlineData("run/systemd/resolve/resolv.conf", "::1")]
    public void Read_ThisMachineAsksForItself_AreThoseBehindIt(string behind, string stub)
    {
        Write("etc/resolv.conf", $"nameserver {stub}\n");
        Write(behind, "nameserver 192.0.2.53\n");
        Assert.Equal(["192.0.2.53"], Read());
    }

    [Fact]
    public void Read_AskedDirectly_WhatAnotherProgramNotesIsNotUsed()
    {
        Write("etc/resolv.conf", "nameserver 192.0.2.53\n");
        Write("run/systemd/resolve/resolv.conf", "nameserver 192.0.2.99\n");
        Assert.Equal(["192.0.2.53"], Read());
    }

    [Fact]
    public void Read_NoFile_IsNone() => Assert.Empty(Read());

    [Fact]
    public void Read_Endless_IsCutOff()
    {
        Write("etc/resolv.conf", string.Concat(Enumerable.Range(1, 200).Select(i => $"nameserver 192.0.2.{i}\n")));
        Assert.Equal(LinuxNameServers.MaxServers, Read().Count());
    }

    private IEnumerable<string> Read() => new LinuxNameServers(_root.Path).Read().Select(server => server.ToString());

    private void Write(string path, string text)
    {
        string full = _root.File(path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        File.WriteAllText(full, text);
    }
}
