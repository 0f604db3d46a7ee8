import { hostname, userInfo } from 'node:os';

const OWNER_MAX_LENGTH = 63;

/** The owner when the configuration names none: user and host name. */
export function defaultOwner(env: NodeJS.ProcessEnv): string {
  return toOwner(`${userName(env)}-${hostname()}`);
}

/** Turns any text into an owner: 1..63 characters of `[a-z0-9_-]`. */
export function toOwner(text: string): string {
  const owner = text
    .toLowerCase()
    .replace(/[^a-z0-9_]+/g, '-')
    .slice(0, OWNER_MAX_LENGTH)
    .replace(/^-+|-+$/g, '');
  return owner === '' ? 'unknown' : owner;
}

function userName(env: NodeJS.ProcessEnv): string {
  try {
    return userInfo().username;
  } catch {
    // A container may run under a user id that has no entry in the user database.
    return env['USER'] ?? env['USERNAME'] ?? 'unknown';
  }
}
