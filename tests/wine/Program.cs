using System.Reflection;
using System.Runtime.InteropServices;
using System.Security.Principal;
using Softlan.Platform;
using Softlan.Roles;
using Softlan.Roles.CommandLine;
using Softlan.Roles.Hosting;
using Softlan.Tests.Wine;

// What Wine lacks of iphlpapi and setupapi comes from fakewin.dll, which is written against the C headers; of kernel32 it can make opening the
// adapter fail.
NativeLibrary.SetDllImportResolver(Assembly.GetExecutingAssembly(), static (name, _, _) =>
    name is "iphlpapi.dll" or "setupapi.dll" or "kernel32.dll" && Environment.GetEnvironmentVariable("FAKEWIN_DLL") is { } path
        ? NativeLibrary.Load(path)
        : 0);

if (!OperatingSystem.IsWindows())
{
    Console.Error.WriteLine("softlan.wine runs in Wine; tests/wine.sh starts it.");
    return ExitCodes.Usage;
}

StandardStreams.Protect();

// Wine's files belong to whoever runs it, whatever is said when they are made.
PrivatePlace.AlsoTrusted = WindowsIdentity.GetCurrent().User;

return args is ["probe", ..]
    ? Probes.Run(args[1..])
    : SoftlanCommandLine.Run(
        SoftlanCommandLine.CreateRoot(WindowsCommands.Create((_, lane, _) => new UdpEngine(lane))),
        args, Console.Out, Console.Error);
