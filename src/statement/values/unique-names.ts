/**
 * Makes the names of columns, or of the members of a struct, unique. The first keeps its name; later ones become `name_2`,
 * `name_3` and so on, skipping names that are taken.
 */
export function uniqueNames(names: readonly string[]): string[] {
  const taken = new Set(names);
  const seen = new Set<string>();
  return names.map((name) => {
    if (!seen.has(name)) {
      seen.add(name);
      return name;
    }
    let count = 2;
    while (taken.has(`${name}_${count}`)) count += 1;
    const unique = `${name}_${count}`;
    taken.add(unique);
    return unique;
  });
}
