/** The version of the handle's JSON form that this package reads and writes. */
export const HANDLE_VERSION = 1;

/**
 * Names one session for any process that can reach its cloud: plain JSON, safe to store, holds no secret.
 * `scope` is where the session lives, in the provider's own spelling (a workgroup, an application, a project and region).
 */
export interface SessionHandle {
  readonly v: typeof HANDLE_VERSION;
  /** The provider's id, such as `'local'`. */
  readonly provider: string;
  /** Where the session lives, 1..512 characters, in the provider's spelling. */
  readonly scope: string;
  /** The session's id as its service knows it, 1..512 characters. */
  readonly id: string;
}

/** Tells whether two handles name the same session. */
export function isSameSession(a: SessionHandle, b: SessionHandle): boolean {
  return a.id === b.id && a.scope === b.scope && a.provider === b.provider;
}
