/**
 * Makes the names of columns (or of the members of a struct) differ, so that each can be a key of an object:
 * the first keeps its name, later ones become `name_2`, `name_3` and so on, never a name that stands elsewhere.
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
