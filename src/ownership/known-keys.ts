import type { Logger } from '../contract/ports.ts';
import type { Holders } from './holders.ts';

/** The keys of the sessions of one scope that were started on this host, by start token. Empty when the records cannot be read. */
export function knownKeys(
  holders: Pick<Holders, 'claims'>,
  { id, scope }: { readonly id: string; readonly scope: string },
  logger: Logger,
): ReadonlyMap<string, string> {
  const keys = new Map<string, string>();
  try {
    for (const { record } of holders.claims()) {
      if (record?.key === undefined || record.provider !== id || record.scope !== scope) continue;
      keys.set(record.token, record.key);
    }
  } catch (error) {
    logger.warn({ error }, 'the records of session holders cannot be read, so the keys of sessions are not known');
  }
  return keys;
}
