import type { Ownership } from '../../src/contract/ownership.ts';
import { isStartToken } from '../../src/contract/ownership.ts';

/** The label that says who pays. The token needs none: it is the session's id. */
export const OWNER_LABEL = 'anysession-owner';

/** Who started a session; `undefined` when it was not started by anysession. */
export function ownershipOf(
  id: string,
  labels: Readonly<Record<string, string>> | null | undefined,
): Ownership | undefined {
  const owner = labels?.[OWNER_LABEL];
  return owner !== undefined && owner !== '' && isStartToken(id) ? { owner, token: id } : undefined;
}
