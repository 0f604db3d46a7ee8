import type * as ArrowModule from 'apache-arrow';
import { SessionError } from '../../contract/session-error.ts';

/** The module `apache-arrow`. */
export type Arrow = typeof ArrowModule;

/** Makes a loader that imports once, and again only after a failure. */
export function createArrowLoader(importArrow: () => Promise<Arrow>): () => Promise<Arrow> {
  let loading: Promise<Arrow> | undefined;
  return async () => {
    loading ??= importArrow();
    try {
      return await loading;
    } catch (cause) {
      loading = undefined;
      const message =
        'an Arrow table needs the package apache-arrow, which cannot be loaded; run: npm install apache-arrow';
      throw new SessionError('unsupported', message, { operation: 'read', cause });
    }
  };
}

/**
 * Loads `apache-arrow`.
 * By `import`, although `require` of its CommonJS build is faster: the two builds have classes of their own, and a table
 * of the one makes `tableToIPC` of the other throw.
 * @throws SessionError `unsupported` when the package is not installed.
 */
export const loadArrow = createArrowLoader(() => import('apache-arrow'));
