/**
 * Who started a session and under which start token: written at start where listing shows it
 * (a description, a name, a label), so that orphans can be found without any store of our own.
 */
export interface Ownership {
  /** The team or process that pays for the session, 1..63 characters of `[a-z0-9_-]`. */
  readonly owner: string;
  /** The start token, see {@link StartRequest.token}. */
  readonly token: string;
  /**
   * How long after its creation the session is an orphan that anybody may sweep, milliseconds, 1 to {@link LONGEST_LIFETIME_MS}.
   * A duration, so that every repetition of a start writes the same text. Absent on sessions of versions that wrote none.
   */
  readonly lifetimeMs?: number;
}

/** The longest lifetime, milliseconds: 1,000 days, so that name and ownership fit every service's text. */
export const LONGEST_LIFETIME_MS = 86_400_000_000;

const OWNER_PATTERN = /^[a-z0-9_-]{1,63}$/;
const TOKEN_PATTERN = /^[a-z][a-z0-9-]{30,38}[a-z0-9]$/;
const LIFETIME_PATTERN = /^[1-9][0-9]{0,10}$/;
const TEXT_PATTERN =
  /(?:^|\s)anysession:([a-z0-9_-]{1,63}):([a-z][a-z0-9-]{30,38}[a-z0-9])(?::([1-9][0-9]{0,10}))?(?:\s|$)/;

/** Tells whether a text can be an owner. */
export function isOwner(text: string): boolean {
  return OWNER_PATTERN.test(text);
}

/** Tells whether a text can be a start token: 32..40 characters, which every cloud's token field takes. */
export function isStartToken(text: string): boolean {
  return TOKEN_PATTERN.test(text);
}

/** Parses a lifetime in decimal digits; `undefined` when the text is none. */
export function parseLifetime(text: string | undefined): number | undefined {
  return text !== undefined && LIFETIME_PATTERN.test(text) ? Number(text) : undefined;
}

/** The ownership alone, without what else the object has. */
export function ownershipIn({ owner, token, lifetimeMs }: Ownership): Ownership {
  return { owner, token, ...(lifetimeMs !== undefined && { lifetimeMs }) };
}

/** The one-line form, at most 127 characters, for services that show a free text in their list. */
export function formatOwnership({ owner, token, lifetimeMs }: Ownership): string {
  return `anysession:${owner}:${token}${lifetimeMs === undefined ? '' : `:${lifetimeMs}`}`;
}

/** Finds the one-line form in a free text; `undefined` when the session is not ours. */
export function parseOwnership(text: string | undefined): Ownership | undefined {
  const [, owner, token, lifetime] = TEXT_PATTERN.exec(text ?? '') ?? [];
  if (owner === undefined || token === undefined) return undefined;
  return { owner, token, ...(lifetime !== undefined && { lifetimeMs: Number(lifetime) }) };
}
