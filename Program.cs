using System.CommandLine;
using Softlan.Roles;
using Softlan.Roles.CommandLine;

Command[] commands = OperatingSystem.IsLinux() ? LinuxCommands.Create() : [];
return SoftlanCommandLine.Run(SoftlanCommandLine.CreateRoot(commands), args, Console.Out, Console.Error);
