using System.CommandLine;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Softlan.Roles.CommandLine;
using Softlan.Roles.Hosting;
using Softlan.Wire;

namespace Softlan.Roles.Demo;

/// <summary>The command line of `softlan demo`.</summary>
[SupportedOSPlatform("linux")]
internal static class DemoCommand
{
    public static Command Create()
    {
        Option<bool> keep = SoftlanOption.Flag(
            "--keep",
            "Leave the party running after the checks, until Ctrl-C, and print how to enter each of its machines.");
        Command command = new(
            "demo",
            "Show a whole party on this machine, in network namespaces of its own: a relay, a gateway on a LAN with two machines and a DHCP server, "
            + "and two remote players. Check that they reach each other, measure how fast, and remove everything again. Needs root.")
        {
            keep,
        };
        command.SetAction(parsed => Run(new DemoOptions(parsed.GetValue(keep)), parsed.InvocationConfiguration.Output));
        return command;
    }

    private static int Run(DemoOptions options, TextWriter output)
    {
        CheckMachine();
        using CancellationTokenSource stop = new();
        StopSignals signals = new();
        void OnSignal(PosixSignalContext context)
        {
            context.Cancel = true;

            // Kernel and shell may both tell that the terminal is gone: that is no hurry.
            if (context.Signal != PosixSignal.SIGHUP && signals.Note() == StopSignals.Meaning.EndNow)
            {
                // Somebody is in a hurry; the next demo removes what this one leaves behind.
                Environment.Exit(ExitCodes.Interrupted);
            }

            stop.Cancel();
        }

        using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal);
        using PosixSignalRegistration terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal);
        using PosixSignalRegistration hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, OnSignal);
        return new DemoRun(options, output, stop.Token).Run();
    }

    private static void CheckMachine()
    {
        const string What = "Cannot build a party on this machine";
        if (!Environment.IsPrivilegedProcess)
        {
            throw SoftlanException.Create(What, "network namespaces need root", "run sudo softlan demo");
        }

        if (SystemTools.Find("ip") is null)
        {
            throw SoftlanException.Create(What, "the program 'ip' is missing", "install the package iproute2");
        }

        if (!File.Exists("/dev/net/tun"))
        {
            throw SoftlanException.Create(
                What,
                "/dev/net/tun is missing",
                "load the kernel module (modprobe tun), or give the container that device");
        }
    }
}
