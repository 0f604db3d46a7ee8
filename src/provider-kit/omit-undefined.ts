/** A copy without the members that are undefined, for types whose members are absent or have a value. */
export function omitUndefined<Members extends object>(members: {
  readonly [Name in keyof Members]: Members[Name] | undefined;
}): Members {
  // Safe: only members of their own type are left.
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as Members;
}
