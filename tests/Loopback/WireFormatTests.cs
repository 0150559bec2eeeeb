using System.Diagnostics;
using System.Runtime.Versioning;
using Softlan.Wire;
using Xunit;

namespace Softlan.Tests.Loopback;

/// <summary>Another QUIC implementation reads what softlan writes.</summary>
[SupportedOSPlatform("linux")]
public sealed class WireFormatTests
{
    [Fact]
    public async Task Capture_DecryptedByTshark_ShowsRfc9221Datagrams()
    {
        const string Tshark = "/usr/bin/tshark";
        const string Tcpdump = "/usr/bin/tcpdump";
        Assert.SkipUnless(File.Exists(Tshark) && File.Exists(Tcpdump), "tshark or tcpdump is not installed.");
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "Capturing needs root.");
        string directory = Directory.CreateTempSubdirectory("softlan-capture-").FullName;
        string keys = Path.Combine(directory, "keys.txt");
        string capture = Path.Combine(directory, "capture.pcap");

        // Only debug builds write it; the published executable has no such code.
        Environment.SetEnvironmentVariable("SSLKEYLOGFILE", keys);
        try
        {
            using LoopbackParty party = new();
            // Immediate mode: otherwise packets wait in the kernel for a second and die with tcpdump. -Z root: it may not write into this directory
            // as anybody else.
            using Process tcpdump = Start(
                Tcpdump, "-i", "lo", "-Z", "root", "--immediate-mode", "-U", "-s", "0", "-w", capture, "udp", "port", $"{party.EndPoint.Port}");
            try
            {
                Task<string?> ready = tcpdump.StandardError.ReadLineAsync(TestContext.Current.CancellationToken).AsTask();
                party.Until(() => ready.IsCompleted, "tcpdump listens");
                (RecordingHandler client, RecordingHandler server) = party.Join();
                client.SendFrame(party.Loop, 333);
                party.Until(() => server.DatagramCount == 1, "the frame arrived");
                party.For(TimeSpan.FromMilliseconds(300));
            }
            finally
            {
                tcpdump.Kill();
                await tcpdump.WaitForExitAsync(TestContext.Current.CancellationToken);
            }

            using Process tshark = Start(
                Tshark, "-r", capture, "-o", $"tls.keylog_file:{keys}", "-d", $"udp.port=={party.EndPoint.Port},quic",
                "-Y", "quic.frame_type == 0x31 || quic.frame_type == 0x30",
                "-T", "fields", "-e", "quic.dg.length", "-e", "quic.version");
            string fields = await tshark.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
            Assert.Contains($"{DatagramHeader.Length + 333}", fields, StringComparison.Ordinal);
        }
        finally
        {
            Environment.SetEnvironmentVariable("SSLKEYLOGFILE", null);
            Directory.Delete(directory, recursive: true);
        }
    }

    private static Process Start(string program, params string[] arguments) =>
        Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
}
