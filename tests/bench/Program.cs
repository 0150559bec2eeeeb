using System.CommandLine;
using System.Globalization;
using System.Runtime.Versioning;
using Softlan.Bench;

[assembly: SupportedOSPlatform("linux")]

// Figures for people, never assertions: what each part of softlan costs on this machine. run.sh builds this as the executable is built and prints
// everything.
CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
Option<double> seconds = new("--seconds") { Description = "How long each figure is measured.", DefaultValueFactory = _ => 2 };
Option<int> relayPid = new("--relay-pid") { Description = "The relay's process, whose processor time and memory are told.", Required = true };
Option<string> relay = new("--relay") { Description = "ADDRESS:PORT of the relay.", Required = true };
Option<string> pin = new("--pin") { Description = "The relay's pin.", Required = true };
Option<string> shape = new("--rooms")
{
    Description = "ROOMSxPEERS, for example 50x16: each room has a gateway and PEERS-1 players.",
    Required = true,
};

Command stages = new("stages", "Cost of each step of the data path, in nanoseconds per frame, and what it allocates.") { seconds };
stages.SetAction(parsed => StageBench.Run(TimeSpan.FromSeconds(parsed.GetValue(seconds)) / 10));
Command engine = new("engine", "One QUIC link over loopback: datagrams per second, processor time per datagram on either side.") { seconds };
engine.SetAction(parsed => EngineBench.Run(TimeSpan.FromSeconds(parsed.GetValue(seconds))));
Command forward = new("forward", "A relay that forwards between two players: frames per second, processor time and allocations per frame.")
{
    seconds,
};
forward.SetAction(parsed => ForwardBench.Run(TimeSpan.FromSeconds(parsed.GetValue(seconds))));
Command paths = new("paths", "A load that begins, on simulated lines: how full it keeps them, and what waits in their buffers.");
paths.SetAction(static _ => PathBench.Run());
Option<double> upload = new("--upload")
{
    Description = "Mbit/s that one player uploads beside the game; 0 measures the game alone.",
    DefaultValueFactory = static _ => 50,
};
Command swarm = new(
    "swarm",
    "Rooms full of players at a running relay, at game traffic: what a datagram and a peer cost it, and how late frames arrive.")
{
    relay, pin, relayPid, shape, seconds, upload,
};
swarm.SetAction(parsed => SwarmBench.Run(new SwarmOptions(
    parsed.GetRequiredValue(relay), parsed.GetRequiredValue(pin), parsed.GetValue(relayPid), parsed.GetRequiredValue(shape),
    TimeSpan.FromSeconds(parsed.GetValue(seconds)), parsed.GetValue(upload))));

Option<string> room = new("--room") { Description = "The room to join.", Required = true };
Command joins = new("joins", "Joins a room of a running relay again and again; swarm starts it.") { relay, pin, room };
Command probe = new("probe", "How late frames are in a room of a running relay; swarm starts it.") { relay, pin, room, seconds };
probe.SetAction(parsed => SwarmBench.RunProbe(
    parsed.GetRequiredValue(relay), parsed.GetRequiredValue(pin), parsed.GetRequiredValue(room), TimeSpan.FromSeconds(parsed.GetValue(seconds))));
joins.SetAction(parsed => SwarmBench.RunJoins(parsed.GetRequiredValue(relay), parsed.GetRequiredValue(pin), parsed.GetRequiredValue(room)));

return new RootCommand("softlan's benchmarks.") { stages, engine, forward, paths, swarm, joins, probe }.Parse(args).Invoke();
