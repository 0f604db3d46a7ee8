/**
 * Who started a session and under which start token: written at start where listing shows it
 * (a description, a name, a label), so that orphans can be found without any store of our own.
 */
export interface Ownership {
  /** The team or process that pays for the session, 1..63 characters of `[a-z0-9_-]`. */
  readonly owner: string;
  /** The start token, see {@link StartRequest.token}. */
  readonly token: string;
}

const OWNER_PATTERN = /^[a-z0-9_-]{1,63}$/;
const TOKEN_PATTERN = /^[a-z][a-z0-9-]{30,38}[a-z0-9]$/;
const TEXT_PATTERN = /(?:^|\s)anysession:([a-z0-9_-]{1,63}):([a-z][a-z0-9-]{30,38}[a-z0-9])(?:\s|$)/;

/** Tells whether a text can be an owner. */
export function isOwner(text: string): boolean {
  return OWNER_PATTERN.test(text);
}

/** Tells whether a text can be a start token: 32..40 characters, which every cloud's token field takes. */
export function isStartToken(text: string): boolean {
  return TOKEN_PATTERN.test(text);
}

/** The one-line form, at most 116 characters, for services that show a free text in their list. */
export function formatOwnership(ownership: Ownership): string {
  return `anysession:${ownership.owner}:${ownership.token}`;
}

/** Finds the one-line form in a free text; `undefined` when the session is not ours. */
export function parseOwnership(text: string | undefined): Ownership | undefined {
  const [, owner, token] = TEXT_PATTERN.exec(text ?? '') ?? [];
  return owner !== undefined && token !== undefined ? { owner, token } : undefined;
}
