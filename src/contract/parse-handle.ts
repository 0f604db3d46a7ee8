import { SessionError } from './session-error.ts';
import { HANDLE_VERSION, type SessionHandle } from './session-handle.ts';

const PART_MAX_LENGTH = 512;

/**
 * Reads a stored handle: the object itself or its JSON text.
 * @throws SessionError `invalid-request` when it is not a handle, is of another version, or a part is empty.
 */
export function parseHandle(untrusted: unknown): SessionHandle {
  const value = typeof untrusted === 'string' ? parseJson(untrusted) : untrusted;
  if (typeof value !== 'object' || value === null) {
    throw refusal(
      `a session handle is an object { v, provider, scope, id }; got ${value === null ? 'null' : typeof value}`,
    );
  }
  const { v, provider, scope, id } = value as Record<string, unknown>;
  if (v !== HANDLE_VERSION) {
    const written = typeof v === 'number' || typeof v === 'string' ? JSON.stringify(v) : 'none';
    throw refusal(
      `this handle is of version ${written} and this release reads version ${HANDLE_VERSION}; ` +
        'attach with the release that wrote it, or start a new session',
    );
  }
  return { v: HANDLE_VERSION, provider: part('provider', provider), scope: part('scope', scope), id: part('id', id) };
}

function part(name: string, value: unknown): string {
  if (typeof value !== 'string' || value.trim() === '')
    throw refusal(`the handle's ${name} must be a text that is not empty`);
  if (value.length > PART_MAX_LENGTH)
    throw refusal(`the handle's ${name} is longer than ${PART_MAX_LENGTH} characters`);
  return value;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw refusal(
      'a session handle given as text must be its JSON form, as JSON.stringify(session.handle) writes it',
      cause,
    );
  }
}

function refusal(message: string, cause?: unknown): SessionError {
  return new SessionError('invalid-request', message, { operation: 'attach', cause });
}
