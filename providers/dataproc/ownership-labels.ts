import type { Ownership } from '../../src/contract/ownership.ts';
import { isStartToken } from '../../src/contract/ownership.ts';

/** The label of the owner. The token needs none: it is the session's id. */
export const OWNER_LABEL = 'anysession-owner';

/** The ownership of a session; `undefined` if anysession did not start it. */
export function ownershipOf(
  id: string,
  labels: Readonly<Record<string, string>> | null | undefined,
): Ownership | undefined {
  const owner = labels?.[OWNER_LABEL];
  return owner !== undefined && owner !== '' && isStartToken(id) ? { owner, token: id } : undefined;
}
