import type { SessionState, StatePoint } from '../contract/session-state.ts';

/** What one native state means. */
export interface StateFacts extends StatePoint {
  readonly acceptsWork: boolean;
}

/** A row of a state table: `acceptsWork` is true for `ready` by default. `undefined` for a native state that says nothing. */
export type StateRow = (StatePoint & { readonly acceptsWork?: boolean }) | undefined;

/** The native states of one service. */
export interface NativeStates<Native extends string> {
  readonly names: readonly Native[];
  /** What a native state means; `undefined` for one that the table does not know. */
  facts(native: string): StateFacts | undefined;
  /** The native states that are not final and mean one of the given states. */
  live(states: readonly SessionState[]): Native[];
}

/**
 * Makes the state table of a service. Give it the SDK's own type of states, so that a state that a new SDK adds breaks the build.
 * @typeParam Native - every state that the service has.
 */
export function defineStates<Native extends string>(table: Readonly<Record<Native, StateRow>>): NativeStates<Native> {
  const names = Object.keys(table) as Native[];
  const facts = new Map<string, StateFacts>();
  for (const name of names) {
    const row: StateRow = table[name];
    if (row !== undefined) facts.set(name, Object.freeze({ acceptsWork: row.state === 'ready', ...row }));
  }
  return {
    names,
    facts: (native) => facts.get(native),
    live: (states) =>
      names.filter((name) => {
        const row = facts.get(name);
        return row !== undefined && !row.final && states.includes(row.state);
      }),
  };
}
