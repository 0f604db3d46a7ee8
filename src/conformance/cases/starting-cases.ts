import type { Observation } from '../../contract/observation.ts';
import { SessionError } from '../../contract/session-error.ts';
import type { StartRequest } from '../../contract/start-request.ts';
import {
  CaseBlocked,
  check,
  defineCase,
  needsFaults,
  needsLayers,
  RuleBroken,
  type ConformanceCase,
} from '../conformance-case.ts';
import type { InjectedFault } from '../subject.ts';
import { outcomeOf, said, type Outcome } from '../outcome.ts';
import type { Trial } from '../trial.ts';

/** C-020 … C-026: what a start promises. */
export const STARTING_CASES: readonly ConformanceCase[] = [
  defineCase({
    rule: 'C-020',
    title: 'a token that is used again starts nothing, while its session lives and after its end',
    run: async (trial) => {
      const request = trial.request();
      const { handle } = trial.seen(await trial.settle(trial.provider.start(request, trial.call())));
      await expectSameSession(trial, request, handle.id);
      await trial.untilReady(handle);
      await expectSameSession(trial, request, handle.id);
      await trial.terminate(handle);
      await trial.untilFinal(handle);
      await expectSameSession(trial, request, handle.id);
    },
  }),
  defineCase({
    rule: 'C-020',
    title: 'another token starts another session',
    run: async (trial) => {
      const [first, second] = [await trial.start(), await trial.start()];
      check(first.handle.id !== second.handle.id, 'two tokens gave one session');
    },
  }),
  defineCase({
    rule: 'C-021',
    title: 'starts with one token at the same time start one session',
    run: async (trial) => {
      const request = trial.request();
      const starts = [1, 2, 3].map(() => outcomeOf(trial.provider.start(request, trial.call())));
      const outcomes = await trial.settle(Promise.all(starts));
      const ids = outcomes.flatMap((outcome) => sessionIdOf(outcome));
      check(ids.length > 0, 'none of three starts with one token succeeded');
      check(new Set(ids).size === 1, `three starts with one token gave the sessions ${ids.join(', ')}`);
      await expectStarted(trial, 1);
    },
  }),
  defineCase({
    rule: 'C-022',
    title: 'a start whose answer was lost is found again by its token',
    lacks: needsFaults('lost-answer'),
    run: async (trial) => {
      const request = trial.request();
      await trial.inject({ kind: 'lost-answer', operation: 'start' });
      const lost = await outcomeOf(trial.settle(trial.provider.start(request, trial.call())));
      if (!lost.ok)
        check(
          SessionError.is(lost.error) && lost.error.effect === 'unknown',
          "the lost start must say effect: 'unknown'",
        );
      const [id] = await trial.oracle.started();
      if (id === undefined) throw new Error("the subject's service must act on a start whose answer is lost");
      await expectSameSession(trial, request, id);
    },
  }),
  defineCase({
    rule: 'C-023',
    title: 'owner and token of a session show in describe and in the list',
    run: async (trial) => {
      const { owner, token } = trial.request();
      const { handle } = await trial.start({ owner, token });
      const listed = (await trial.listAll()).find((observation) => observation.handle.id === handle.id);
      check(listed !== undefined, 'a session that was just started is missing from the list');
      for (const [where, { details }] of Object.entries({ describe: await trial.describe(handle), list: listed })) {
        const { ownership } = details;
        const isKept = ownership?.owner === owner && ownership.token === token;
        check(isKept, `${where} shows the ownership ${JSON.stringify(ownership)} of a session of ${owner}:${token}`);
      }
    },
  }),
  defineCase({
    rule: 'C-024',
    title: 'the idle timeout in force is the one asked for, rounded up',
    run: async (trial) => {
      const { min, max } = trial.capabilities.idleTimeoutMs;
      for (const idleTimeoutMs of [min, Math.min(max, min + 1), Math.min(max, min + 30_500), max]) {
        const { handle } = await trial.start({ idleTimeoutMs });
        const inForceMs = await trial.oracle.idleTimeoutMs(handle.id);
        check(inForceMs >= idleTimeoutMs, `${idleTimeoutMs} ms were asked for and ${inForceMs} ms are in force`);
        check(
          inForceMs <= max && inForceMs < idleTimeoutMs + min + 60_000,
          `${idleTimeoutMs} ms became ${inForceMs} ms`,
        );
        const { details } = await trial.describe(handle);
        const saidMs = details.idleTimeoutMs ?? inForceMs;
        check(saidMs === inForceMs, `the observation says ${saidMs} ms and ${inForceMs} ms are in force`);
      }
    },
  }),
  ...(['forbidden', 'throttled', 'unavailable', 'lost-answer', 'no-answer'] as const).map((kind): ConformanceCase => ({
    rule: 'C-025',
    title: `a start that fails with '${kind}' and says it had no effect had none`,
    lacks: needsFaults(kind),
    run: (trial) => expectHonestEffect(trial, { kind, operation: 'start' }),
  })),
  defineCase({
    rule: 'C-025',
    title: 'a start that is refused before it is sent has started nothing',
    run: async (trial) => {
      const call = trial.call({ signal: AbortSignal.abort() });
      await expectHonest(trial, await outcomeOf(trial.settle(trial.provider.start(trial.request(), call))));
    },
  }),
  defineCase({
    rule: 'C-026',
    title: 'an idle session ends at its idle timeout, not before, and its end is seen',
    run: async (trial) => {
      const { min: idleTimeoutMs } = trial.capabilities.idleTimeoutMs;
      const handle = await trial.startReady({ idleTimeoutMs });
      await trial.pass(idleTimeoutMs * 0.9);
      const early = await trial.describe(handle);
      const isLive = (await trial.oracle.live()).includes(handle.id);
      check(isLive && early.state === 'ready', `before its idle timeout the session is ${said(early)}`);
      await trial.pass(idleTimeoutMs * 0.1);
      await trial.until(handle, ({ final }) => final, {
        what: 'final although it was idle for too long',
        rule: 'C-026',
      });
      check(
        !(await trial.oracle.live()).includes(handle.id),
        'the session is shown as ended and the service still holds it',
      );
    },
  }),
  ...absentOptionCases(),
];

/** The same start again: answers with the first session or fails with `conflict`, and starts nothing. */
async function expectSameSession(trial: Trial, request: StartRequest, id: string): Promise<void> {
  const outcome = await outcomeOf(trial.settle(trial.provider.start(request, trial.call())));
  const [again] = sessionIdOf(outcome);
  check(again === undefined || again === id, `the token of ${id} gave the session ${again}`);
  await expectStarted(trial, 1);
}

/** The id that a start gave; none when it failed with `conflict`. */
function sessionIdOf(outcome: Outcome<Observation>): readonly string[] {
  if (outcome.ok) return [outcome.value.handle.id];
  const isConflict = SessionError.is(outcome.error, 'conflict');
  if (!isConflict)
    throw new RuleBroken(`a repeated start must succeed or fail with conflict; ${String(outcome.error)}`);
  return [];
}

async function expectStarted(trial: Trial, count: number): Promise<void> {
  const started = await trial.oracle.started();
  check(
    started.length === count,
    `the service started ${started.length} sessions where it should have started ${count}`,
  );
}

async function expectHonestEffect(trial: Trial, fault: InjectedFault): Promise<void> {
  await trial.inject(fault);
  const controller = new AbortController();
  const call = trial.call({ signal: controller.signal });
  const start = outcomeOf(trial.provider.start(trial.request(), call));
  if (fault.kind !== 'no-answer') {
    await expectHonest(trial, await trial.settle(start));
    return;
  }
  await trial.happens(async () => (await trial.oracle.requestCount('start')) > 0);
  controller.abort();
  const aborted = await trial.outcomeNow(start);
  if (aborted?.ok !== true) throw new CaseBlocked('C-007', 'the start goes on waiting after the abort');
  await expectHonest(trial, aborted.value);
}

async function expectHonest(trial: Trial, outcome: Outcome<Observation>): Promise<void> {
  if (outcome.ok || !SessionError.is(outcome.error)) return;
  const { effect, kind } = outcome.error;
  const started = await trial.oracle.started();
  check(
    effect === 'unknown' || started.length === 0,
    `a start failed with ${kind}, said effect: 'none', and the session exists`,
  );
}

/** C-101: options that the capabilities do not have are refused by the layers. */
function absentOptionCases(): readonly ConformanceCase[] {
  const absent = [
    ['labels', { labels: { team: 'data' } }],
    ['size', { size: 'small' }],
    ['sparkConf', { sparkConf: { 'spark.executor.cores': '1' } }],
  ] as const;
  return [
    ...absent.map(([flag, overrides]): ConformanceCase => ({
      rule: 'C-101',
      title: `a start with '${flag}' is unsupported, before any I/O`,
      lacks: (facts) => needsLayers(facts) ?? (facts.capabilities[flag] ? `the absence of '${flag}'` : undefined),
      run: (trial) => expectRefusedStart(trial, overrides, 'unsupported'),
    })),
    {
      rule: 'C-101',
      title: "a start with 'maxLifetimeMs' is unsupported, before any I/O",
      lacks: (facts) =>
        needsLayers(facts) ??
        (facts.capabilities.maxLifetimeMs === false ? undefined : "the absence of 'maxLifetimeMs'"),
      run: (trial) => expectRefusedStart(trial, { maxLifetimeMs: 3_600_000 }, 'unsupported'),
    },
    {
      rule: 'C-101',
      title: 'an idle timeout out of range is refused, before any I/O',
      lacks: needsLayers,
      run: async (trial) => {
        const { min, max } = trial.capabilities.idleTimeoutMs;
        await expectRefusedStart(trial, { idleTimeoutMs: min - 1 }, 'invalid-request');
        await expectRefusedStart(trial, { idleTimeoutMs: max + 1 }, 'invalid-request');
      },
    },
  ];
}

async function expectRefusedStart(
  trial: Trial,
  overrides: Partial<StartRequest>,
  kind: 'unsupported' | 'invalid-request',
): Promise<void> {
  const what = `a start with ${Object.keys(overrides).join()}`;
  await trial.withoutRequests(what, () =>
    trial.fails(trial.provider.start(trial.request(overrides), trial.call()), kind, what),
  );
}
