import type { Emulator } from '../../src/emulator/emulator.ts';

/** The ids of the sessions that hold resources and whose end nobody has asked for. */
export function unended({ oracle }: Pick<Emulator, 'oracle'>): readonly string[] {
  return oracle.live().flatMap(({ id, state }) => (/^(TERMINATING|STOPPING)$/.test(state) ? [] : [id]));
}
