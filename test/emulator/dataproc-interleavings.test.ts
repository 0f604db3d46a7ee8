import fc from 'fast-check';
import { expect, it } from 'vitest';
import { DataprocAccount } from '../../src/emulator/dataproc/dataproc-account.ts';
import { dataprocHandlers } from '../../src/emulator/dataproc/dataproc-handlers.ts';
import { INPUTS, type DataprocOperation, type DataprocState } from '../../src/emulator/dataproc/dataproc-inputs.ts';
import { toDataprocConfig } from '../../src/emulator/dataproc/dataproc-options.ts';
import { operationsOf } from '../../src/emulator/service.ts';
import { attempt, newWorld } from './service-world.ts';

/** The states that may follow a state, at once or later; the emulator must never show another one by itself. */
const LATER: Readonly<Record<DataprocState, readonly DataprocState[]>> = {
  STATE_UNSPECIFIED: [],
  CREATING: ['ACTIVE', 'TERMINATING', 'TERMINATED', 'FAILED'],
  ACTIVE: ['TERMINATING', 'TERMINATED', 'FAILED'],
  TERMINATING: ['TERMINATED', 'FAILED'],
  TERMINATED: [],
  FAILED: [],
};

const PARENT = 'projects/p/locations/us-central1';

const step = fc.oneof(
  fc.record({ do: fc.constantFrom('create', 'end', 'remove'), id: fc.nat(3), request: fc.nat(3) }),
  fc.record({ do: fc.constantFrom('busy', 'idle', 'fail'), id: fc.nat(3), request: fc.constant(0) }),
  fc.record({
    do: fc.constant('wait'),
    id: fc.oneof(fc.nat(400), fc.nat(90 * 60_000), fc.constant(25 * 3_600_000)),
    request: fc.constant(0),
  }),
);

it('Dataproc moves legally in any order of calls, keeps names and request ids unique, and can be emptied', () => {
  const codes = new Set<string>();
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const world = newWorld();
      const { timeline } = world;
      const account = new DataprocAccount(world, toDataprocConfig({}, world.startupMs));
      const operations = operationsOf(INPUTS, dataprocHandlers(account));
      const ask = (name: DataprocOperation, members: object): { readonly name?: string } | undefined =>
        attempt(operations[name], members, ({ code }) => codes.add(code));
      const nameOf = (id: number): string => `${PARENT}/sessions/session-${id}`;
      const seen = new Map<string, DataprocState>();
      const answers = new Map<string, string | undefined>();
      const watch = (): void => {
        timeline.settle();
        for (const { uuid, state } of account.sessions()) {
          const before = seen.get(uuid) ?? state;
          expect(before === state || LATER[before].includes(state), `${before} -> ${state}`).toBe(true);
          seen.set(uuid, state);
        }
        // A name belongs to one session at a time.
        const live = account.sessions().filter((session) => session.live);
        expect(new Set(live.map((session) => session.name)).size).toBe(live.length);
      };
      for (const one of steps) {
        const session = account.sessionNamed(nameOf(one.id));
        const requestId = one.request === 0 ? '' : `request-${one.request}`;
        if (one.do === 'create') {
          const members = { parent: PARENT, sessionId: `session-${one.id}`, requestId, session: {} };
          const operation = ask('CreateSession', members)?.name;
          // One request id is one operation, whatever else is asked for under it.
          if (requestId !== '' && operation !== undefined) {
            expect(answers.get(requestId) ?? operation).toBe(operation);
            answers.set(requestId, operation);
          }
        } else if (one.do === 'wait') timeline.advance(one.id);
        else if (one.do === 'end') ask('TerminateSession', { name: nameOf(one.id), requestId });
        else if (one.do === 'remove') ask('DeleteSession', { name: nameOf(one.id), requestId });
        else if (one.do === 'fail') session?.become('FAILED', { reason: 'No capacity left.', afterMs: 0 });
        else session?.setBusy(one.do === 'busy');
        watch();
      }
      // Those that are being created cannot be ended before.
      timeline.advance(1_000);
      for (const { name } of account.sessions()) ask('TerminateSession', { name });
      timeline.advance(1_000);
      expect(account.sessions().filter((session) => session.live)).toEqual([]);
      for (const operation of account.operations()) {
        expect(ask('GetOperation', { name: operation.name })).toMatchObject({ done: true });
      }
    }),
    { numRuns: 500 },
  );
  expect([...codes]).toEqual(expect.arrayContaining(['ABORTED', 'ALREADY_EXISTS', 'FAILED_PRECONDITION', 'NOT_FOUND']));
});
