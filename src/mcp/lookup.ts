import type { ColumnType } from '../contract/column-batch.ts';
import type { Session } from '../session/session.ts';
import type { Sessions } from '../session/sessions.ts';
import type { ResultValue } from '../statement/values/result-value.ts';

/** What the command line does in the same way. */
export interface Lookup {
  /** Attaches to the session that a word names: an id, its beginning, `key:NAME` or a handle. */
  readonly find: (sessions: Sessions, word: string, signal: AbortSignal) => Promise<Session>;
  /** A value of a result as exact JSON. */
  readonly toJson: (value: ResultValue, type: ColumnType) => string;
}
