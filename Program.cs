using System.CommandLine;
using Softlan.Roles;
using Softlan.Roles.CommandLine;
using Softlan.Roles.Hosting;
using Softlan.Roles.Relay;

if (args is not [RelayCommand.Name, ..])
{
    StartupGarbage.LetLie();
}

StandardStreams.Protect();
if (OperatingSystem.IsWindows())
{
    int exitCode = SoftlanCommandLine.Run(SoftlanCommandLine.CreateRoot(WindowsCommands.Create()), args, Console.Out, Console.Error);
    return WindowsCommands.HoldWindow(exitCode, args, Console.Error);
}

Command[] commands = OperatingSystem.IsLinux() ? LinuxCommands.Create() : [];
return SoftlanCommandLine.Run(SoftlanCommandLine.CreateRoot(commands), args, Console.Out, Console.Error);
