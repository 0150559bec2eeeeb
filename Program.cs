using System.CommandLine;
using Softlan.Roles.CommandLine;
using Softlan.Roles.Demo;
using Softlan.Roles.Demo.Probes;

List<Command> commands = [];
if (OperatingSystem.IsLinux())
{
    commands.Add(DemoCommand.Create());
    commands.Add(ProbeCommand.Create());
}

return SoftlanCommandLine.Run(SoftlanCommandLine.CreateRoot([.. commands]), args, Console.Out, Console.Error);
