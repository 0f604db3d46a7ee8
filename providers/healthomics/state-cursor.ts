import type { Page } from '../../src/contract/batch-provider.ts';
import type { Cursor } from '../../src/contract/session-provider.ts';

/** A cursor that stands between two native states, each of which is a listing of its own. */
const CURSOR = /^(\d+)\|(.*)$/su;

/** Where a listing over several native states goes on. */
export function readCursor(cursor: Cursor | undefined): { readonly at: number; readonly token: string | undefined } {
  const [, at = '0', token = ''] = CURSOR.exec(cursor ?? '') ?? [];
  return { at: Number(at), token: token === '' ? undefined : token };
}

/** The service takes one state a call: where several mean the same, their listings follow each other. */
export function withNext<Entry>(
  entries: readonly Entry[],
  { at, token, count }: { readonly at: number; readonly token: string | undefined; readonly count: number },
): Page<Entry> {
  if (token !== undefined && token !== '') return { entries, next: `${at}|${token}` };
  return at + 1 < count ? { entries, next: `${at + 1}|` } : { entries };
}
