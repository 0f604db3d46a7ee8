import fc from 'fast-check';
import { expect, it } from 'vitest';
import { DataprocAccount } from '../../src/emulator/dataproc/dataproc-account.ts';
import { toDataprocConfig } from '../../src/emulator/dataproc/dataproc-options.ts';
import type { DataprocState } from '../../src/emulator/dataproc/dataproc-session.ts';
import { operationOperations } from '../../src/emulator/dataproc/operation-operations.ts';
import { sessionOperations } from '../../src/emulator/dataproc/session-operations.ts';
import { ObjectStore } from '../../src/emulator/s3/object-store.ts';
import { SeededRandom } from '../../src/emulator/seeded-random.ts';
import { ServiceError } from '../../src/emulator/service-error.ts';
import type { Call } from '../../src/emulator/service.ts';
import { Timeline } from '../../src/emulator/timeline.ts';

/** States that may follow a state, at once or later; the emulator must never show another one by itself. */
const LATER: Readonly<Record<DataprocState, readonly DataprocState[]>> = {
  STATE_UNSPECIFIED: [],
  CREATING: ['ACTIVE', 'TERMINATING', 'TERMINATED', 'FAILED'],
  ACTIVE: ['TERMINATING', 'TERMINATED', 'FAILED'],
  TERMINATING: ['TERMINATED', 'FAILED'],
  TERMINATED: [],
  FAILED: [],
};

const PARENT = 'projects/p/locations/us-central1';
const CALL: Call = { emptyPage: false, calculationFailure: undefined, touches: () => undefined };

const step = fc.oneof(
  fc.record({ do: fc.constantFrom('create', 'end', 'remove'), id: fc.nat(3), request: fc.nat(3) }),
  fc.record({ do: fc.constantFrom('busy', 'idle', 'fail'), id: fc.nat(3), request: fc.constant(0) }),
  fc.record({
    do: fc.constant('wait'),
    id: fc.oneof(fc.nat(400), fc.nat(90 * 60_000), fc.constant(25 * 3_600_000)),
    request: fc.constant(0),
  }),
);

function newAccount(): { readonly timeline: Timeline; readonly account: DataprocAccount } {
  const timeline = new Timeline({ nowMs: () => 0, monotonicMs: () => 0, schedule: () => () => undefined });
  const world = {
    timeline,
    random: new SeededRandom(1),
    region: 'us-central1',
    accountId: '123456789012',
    startupMs: 500,
    objects: new ObjectStore(),
    connect: { url: 'http://127.0.0.1:0', admit: () => undefined },
  };
  return { timeline, account: new DataprocAccount(world, toDataprocConfig({}, world.startupMs)) };
}

it('whatever is created, ended, removed and waited for, Dataproc moves legally, keeps names and requests apart, and can be emptied', () => {
  const codes = new Set<string>();
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const { timeline, account } = newAccount();
      const operations = { ...sessionOperations(account), ...operationOperations(account) };
      const ask = (name: string, members: object): { readonly name?: string } | undefined => {
        try {
          return operations[name]?.run(members, CALL);
        } catch (error) {
          if (!(error instanceof ServiceError)) throw error;
          codes.add(error.code);
          return undefined;
        }
      };
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
