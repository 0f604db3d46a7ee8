import type { Page } from '../../src/contract/batch-provider.ts';
import type { Cursor } from '../../src/contract/session-provider.ts';

/** A cursor names a native state, each of which is a separate list, and the service's token within that list. */
const CURSOR = /^(\d+)\|(.*)$/su;

/** Where a list over several native states continues. */
export function readCursor(cursor: Cursor | undefined): { readonly at: number; readonly token: string | undefined } {
  const [, at = '0', token = ''] = CURSOR.exec(cursor ?? '') ?? [];
  return { at: Number(at), token: token === '' ? undefined : token };
}

/** The service lists one state at a time: native states with the same meaning are listed one after the other. */
export function withNext<Entry>(
  entries: readonly Entry[],
  { at, token, count }: { readonly at: number; readonly token: string | undefined; readonly count: number },
): Page<Entry> {
  if (token !== undefined && token !== '') return { entries, next: `${at}|${token}` };
  return at + 1 < count ? { entries, next: `${at + 1}|` } : { entries };
}
