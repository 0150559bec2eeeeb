namespace Softlan.Roles.CommandLine;

/// <summary>Finds the name that somebody meant who typed another word.</summary>
internal static class Spelling
{
    /// <summary>Letters that may be wrong, missing, too many or swapped in a word that is still recognised.</summary>
    private const int MaxDistance = 3;

    /// <summary>A shorter word stands in too many names to be a part of one.</summary>
    private const int MinPart = 3;

    /// <summary>The names that are nearest to a word; where none is near, those of which it is the beginning or one of the parts that hyphens
    /// separate.</summary>
    /// <param name="word">As it was typed.</param>
    /// <param name="names">All that there are. Dashes in front count for nothing, and neither does the case.</param>
    public static IReadOnlyList<string> Nearest(string word, IEnumerable<string> names)
    {
        string typed = Bare(word);
        string[] known = [.. names.Distinct()];
        (string Name, int Distance)[] near = [.. known
            .Select(name => (Name: name, Distance: Distance(Bare(name), typed)))
            .Where(found => found.Distance <= Tolerance(Bare(found.Name), typed))];
        return near.Length > 0 ? [.. near.Where(found => found.Distance == near.Min(other => other.Distance)).Select(found => found.Name)]
            : typed.Length >= MinPart ? [.. known.Where(name => $"-{Bare(name)}".Contains($"-{typed}", StringComparison.Ordinal))]
            : [];
    }

    private static string Bare(string word) => word.TrimStart('-').ToLowerInvariant();

    /// <summary>In a short word two wrong letters make another word, unless it begins alike: the first letter is seldom wrong.</summary>
    private static int Tolerance(string name, string typed) =>
        Math.Min(MaxDistance, name.Length / (typed.Length > 0 && name[0] == typed[0] ? 2 : 3));

    /// <summary>Optimal string alignment: Levenshtein's distance, in which two neighbours that are swapped are one mistake.</summary>
    private static int Distance(string left, string right)
    {
        if (Math.Abs(left.Length - right.Length) > MaxDistance)
        {
            return int.MaxValue; // More letters than that are missing or too many, and a word may be as long as a command line.
        }

        int[,] distance = new int[left.Length + 1, right.Length + 1];
        for (int i = 0; i <= left.Length; i++)
        {
            for (int j = 0; j <= right.Length; j++)
            {
                if (i == 0 || j == 0)
                {
                    distance[i, j] = i + j;
                    continue;
                }

                int substituted = distance[i - 1, j - 1] + (left[i - 1] == right[j - 1] ? 0 : 1);
                distance[i, j] = Math.Min(substituted, 1 + Math.Min(distance[i - 1, j], distance[i, j - 1]));
                if (i > 1 && j > 1 && left[i - 1] == right[j - 2] && left[i - 2] == right[j - 1])
                {
                    distance[i, j] = Math.Min(distance[i, j], 1 + distance[i - 2, j - 2]);
                }
            }
        }

        return distance[left.Length, right.Length];
    }
}
