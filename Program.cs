using Softlan.Roles.CommandLine;

return SoftlanCommandLine.Run(SoftlanCommandLine.CreateRoot(), args, Console.Out, Console.Error);
