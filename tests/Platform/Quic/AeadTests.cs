using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Xunit;

namespace Softlan.Tests.Platform.Quic;

/// <summary>AES-128-GCM as the published executable does it (softlan_aead.c), against GnuTLS. The tests themselves run on the shared libraries, where
/// it is not.</summary>
public sealed class AeadTests
{
    private static readonly string[] Wrapped = ["aead_ctx_encrypt_init", "aead_ctx_decrypt_init", "aead_ctx_free", "encrypt", "decrypt"];

    [Fact]
    public void EveryImplementation_SealsAndOpensAsGnuTlsDoes()
    {
        Assert.SkipUnless(
            OperatingSystem.IsLinux() && RuntimeInformation.OSArchitecture == System.Runtime.InteropServices.Architecture.X64,
            "intel-ipsec-mb is for x86-64.");
        string library = Run("gcc", "-print-file-name=libIPSec_MB.a").Trim();
        Assert.True(Path.IsPathRooted(library), "libIPSec_MB.a is missing: run ./setup.sh");

        string program = Path.Combine(Path.GetTempPath(), $"softlan-aead-{Environment.ProcessId}");
        try
        {
            string[] flags = ["-std=gnu11", "-O2", "-Wall", "-Wextra", "-Werror", "-DSOFTLAN_IPSEC_MB", "-DSOFTLAN_AEAD_TEST", "-o", program];
            string[] sources = [Source("../../native/aead_check.c"), Source("../../../Platform/Quic/Ngtcp2/softlan_aead.c"), library];
            string[] wraps = [.. Wrapped.Select(name => $"-Wl,--wrap=ngtcp2_crypto_{name}")];
            Run("gcc", [.. flags, .. sources, .. wraps, "-lngtcp2_crypto_gnutls", "-lngtcp2", "-lgnutls"]);

            string said = Run(program);

            TestContext.Current.SendDiagnosticMessage(said);
            string chosen = said.Split('\n')[0]["chosen: ".Length..];
            string[] compared =
            [
                .. said.Split('\n')
                    .Where(line => line.StartsWith("as GnuTLS: ", StringComparison.Ordinal))
                    .Select(line => line["as GnuTLS: ".Length..])
            ];

            // A processor without AES-NI or AVX2 leaves it to GnuTLS. Otherwise the best that it can run was chosen, and was compared.
            Assert.Equal(chosen, compared.LastOrDefault("GnuTLS"));
        }
        finally
        {
            File.Delete(program);
        }
    }

    private static string Source(string path, [CallerFilePath] string here = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, path));

    private static string Run(string program, params string[] arguments)
    {
        using Process process = Process.Start(
            new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        Assert.True(process.WaitForExit(TimeSpan.FromSeconds(60)), $"{program} does not end");
        Assert.True(process.ExitCode == 0, $"{program} ended with {process.ExitCode}: {output}{errors.Result}");
        return output;
    }
}
