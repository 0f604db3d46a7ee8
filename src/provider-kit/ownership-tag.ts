import { formatOwnership, parseOwnership, type Ownership } from '../contract/ownership.ts';
import { SessionError } from '../contract/session-error.ts';

/** What a session's one free text holds. */
export interface TaggedName {
  readonly name?: string;
  readonly ownership?: Ownership;
}

/**
 * Writes name and ownership into the one free text that listing shows: the name first, because people read it.
 *
 * @param maxLength - the service's limit, characters.
 * @throws SessionError `invalid-request` when the name looks like an ownership, or both together are too long.
 */
export function formatOwnershipTag(name: string | undefined, ownership: Ownership, maxLength: number): string {
  const mark = formatOwnership(ownership);
  if (name === undefined) return mark;
  if (parseOwnership(name) !== undefined) {
    throw refusal('the session name contains what reads as an ownership mark ("anysession:…"); choose another name');
  }
  const text = `${name} ${mark}`;
  if (text.length > maxLength) {
    throw refusal(
      `the session name is ${name.length} characters long and ${maxLength - mark.length - 1} are left for it beside the ownership mark`,
    );
  }
  return text;
}

/** Reads it back; a text without an ownership is a name that somebody else gave. */
export function parseOwnershipTag(text: string | undefined): TaggedName {
  if (text === undefined || text === '') return {};
  const ownership = parseOwnership(text);
  if (ownership === undefined) return { name: text };
  const name = text.replace(formatOwnership(ownership), '').replace(/ $/, '');
  return name === '' ? { ownership } : { name, ownership };
}

function refusal(message: string): SessionError {
  return new SessionError('invalid-request', message, { operation: 'start' });
}
