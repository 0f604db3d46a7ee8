/** Longer texts are no misspelled names, and comparing two of them takes the product of their lengths. */
const MOST_LETTERS = 100;

/** The name closest to a misspelled one, if it is close enough to be meant. */
export function closestName(wrong: string, names: Iterable<string>): string | undefined {
  if (wrong.length > MOST_LETTERS) return undefined;
  let best: string | undefined;
  // A third of the letters may differ: enough for typos, too few to turn one word into another.
  let bestDistance = Math.max(1, Math.floor(wrong.length / 3)) + 1;
  for (const name of names) {
    if (name.length > MOST_LETTERS) continue;
    const distance = editDistance(wrong.toLowerCase(), name.toLowerCase());
    if (distance < bestDistance) [best, bestDistance] = [name, distance];
  }
  return best;
}

/** How many letters to insert, delete, replace or swap with their neighbour (optimal string alignment). */
function editDistance(a: string, b: string): number {
  const cell = (row: readonly number[], column: number): number => row[column] ?? Infinity;
  let beforePrevious: readonly number[] = [];
  let previous: readonly number[] = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const current = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = cell(previous, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const isSwap = a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      const swapped = isSwap ? cell(beforePrevious, j - 2) + 1 : Infinity;
      current.push(Math.min(cell(previous, j) + 1, cell(current, j - 1) + 1, replaced, swapped));
    }
    [beforePrevious, previous] = [previous, current];
  }
  return cell(previous, b.length);
}
