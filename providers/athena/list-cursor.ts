import type { SessionState as NativeState } from '@aws-sdk/client-athena';
import { SessionError } from '../../src/contract/session-error.ts';
import { SESSION_STATES, type SessionState } from '../../src/contract/session-state.ts';
import { ATHENA_STATES } from './states.ts';

/** One of the lists that a filter needs: of one state, or, without a filter, of the states that Athena calls active. */
export interface Listing {
  readonly stateFilter: NativeState | undefined;
  /** The states that this list contributes; other sessions in it belong to another list or to none. */
  readonly keeps: readonly NativeState[];
}

/** The states that ListSessions returns without a filter. @see https://docs.aws.amazon.com/athena/latest/APIReference/API_ListSessions.html (read 2026-11-20) */
const ACTIVE_STATES: readonly NativeState[] = ['CREATING', 'CREATED', 'IDLE', 'BUSY'];
/** Sessions pass these states once, in this order: read in this order, lists of one state miss no session between them. */
const FIRST_STATES: readonly NativeState[] = ['CREATING', 'CREATED'];

/**
 * The listings that together give every live session in the given states. The active states come from one listing, because a
 * session that moves between two listings could be missed by both; DEGRADED and TERMINATING, which hold DPUs too, only from
 * their own listings. Sessions that start are listed by their states: the workgroup may have many that run.
 * Decision 11: docs/decisions/0011-lists-contain-live-sessions.md
 */
export function toListings(states: readonly SessionState[] = SESSION_STATES): readonly Listing[] {
  const wanted = ATHENA_STATES.live(states);
  const active = wanted.filter((native) => ACTIVE_STATES.includes(native));
  const others = wanted.filter((native) => !ACTIVE_STATES.includes(native));
  const alone = (native: NativeState): Listing => ({ stateFilter: native, keeps: [native] });
  const isStarting = active.every((native) => FIRST_STATES.includes(native));
  const first = isStarting || active.length === 1 ? active.map(alone) : [{ stateFilter: undefined, keeps: active }];
  return [...first, ...others.map(alone)];
}

/** Where a page begins: the list, and Athena's token within it. */
export interface ListPosition {
  readonly listing: number;
  readonly token: string | undefined;
}

/** Formats a position as a cursor. */
export function formatCursor({ listing, token }: ListPosition): string {
  return `${listing}:${token ?? ''}`;
}

/**
 * Parses a cursor.
 * @throws SessionError `invalid-request` for an invalid cursor, or one of another filter.
 */
export function parseCursor(cursor: string | undefined, listings: number): ListPosition {
  if (cursor === undefined) return { listing: 0, token: undefined };
  const [, listing = '', token = ''] = /^(\d):(.*)$/s.exec(cursor) ?? [];
  if (listing === '' || Number(listing) >= listings) {
    throw new SessionError('invalid-request', 'this cursor belongs to another list; list again from the beginning', {
      operation: 'listPage',
      provider: 'athena',
    });
  }
  return { listing: Number(listing), token: token === '' ? undefined : token };
}
