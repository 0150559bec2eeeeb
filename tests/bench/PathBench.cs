namespace Softlan.Bench;

/// <summary>What <see cref="Platform.Quic.DelayGuard"/> makes of a load that begins, over many lines at once: how full it keeps them, and how long a
/// game waits.</summary>
internal static class PathBench
{
    private static readonly double[] Rates = [0.25e6, 0.625e6, 1.25e6, 3.75e6, 7.5e6, 12.5e6, 25e6];
    private static readonly double[] RoundTrips = [0.01, 0.02, 0.033, 0.05, 0.08];

    public static void Run()
    {
        Console.WriteLine(
            "Plain lines: the mean of what waits in the line's buffer (200 ms) in seconds 1 to 4.5 of a load, in milliseconds, "
            + "and the share of the rate that it carries.");
        Console.WriteLine();
        Table(static (rate, trip) =>
        {
            SimulatedPath path = new(rate, trip, 0.2 * rate);
            path.Run(1);
            double before = path.Delivered;
            double queue = path.Run(3.5);
            return $"{queue * 1000:0.0} ms {(path.Delivered - before) / 3.5 / rate:0 %}";
        });

        Console.WriteLine();
        Console.WriteLine(
            "Lines that take 4, 8 or 12 ms longer under load, without and with acknowledgements in bursts of 4 ms: "
            + "the least share of the rate, of the six, in seconds 0 to 2, 2 to 5 and 5 to 10 of the first load.");
        Console.WriteLine();
        Table(static (rate, trip) =>
        {
            double[] least = [1, 1, 1];
            foreach (double longer in (double[])[0.004, 0.008, 0.012])
            {
                foreach (double bursts in (double[])[0, 0.004])
                {
                    Take(least, LoadAfterRest(rate, trip, longer, bursts));
                }
            }

            return string.Join(' ', least.Select(share => $"{share:0 %}"));
        });
    }

    private static double[] LoadAfterRest(double rate, double trip, double longer, double bursts)
    {
        SimulatedPath path = new(rate, trip, 0.3 * rate) { Demand = 5000 };
        path.Run(3);
        path.Demand = double.PositiveInfinity;
        path.Longer = longer;
        path.Bursts = bursts;
        return [.. new double[] { 2, 3, 5 }.Select(seconds =>
        {
            double before = path.Delivered;
            path.Run(seconds);
            return (path.Delivered - before) / seconds / rate;
        })];
    }

    private static void Take(double[] least, double[] shares)
    {
        for (int i = 0; i < least.Length; i++)
        {
            least[i] = Math.Min(least[i], shares[i]);
        }
    }

    private static void Table(Func<double, double, string> cell)
    {
        Console.WriteLine($"| Mbit/s | {string.Join(" | ", RoundTrips.Select(trip => $"{trip * 1000:0} ms"))} |");
        Console.WriteLine($"| --- |{string.Concat(RoundTrips.Select(static _ => " --- |"))}");
        foreach (double rate in Rates)
        {
            Console.WriteLine($"| {rate * 8 / 1e6:0} | {string.Join(" | ", RoundTrips.Select(trip => cell(rate, trip)))} |");
        }
    }
}
