import { randomUUID } from 'node:crypto';
import type { BatchObservation } from '../../contract/batch-observation.ts';
import type { RunSpec } from '../../contract/batch-run.ts';
import { SessionError } from '../../contract/session-error.ts';
import { check } from '../conformance-case.ts';
import { outcomeOf } from '../outcome.ts';
import { defineBatchCase, needsFault, type BatchCase } from './batch-case.ts';
import { listOf, someRuns, type BatchTrial } from './batch-trial.ts';

/** B-020 … B-024: how batches start, and how they are found again. */
export const BATCH_STARTING_CASES: readonly BatchCase[] = [
  defineBatchCase({
    rule: 'B-020',
    title: 'the same token gives the same batch, also from another provider object',
    run: async (trial) => {
      const token = newToken();
      const first = await trial.start(someRuns(2), { token });
      const second = await trial.start(someRuns(2), { token });
      const third = await trial.start(someRuns(2), { token }, trial.createProvider());
      sameBatch(first, second, 'started again');
      sameBatch(first, third, 'started again by another provider object');
      await oneStarted(trial);
    },
  }),
  defineBatchCase({
    rule: 'B-020',
    title: 'other tokens give other batches',
    run: async (trial) => {
      const first = await trial.start(someRuns(1));
      const second = await trial.start(someRuns(1));
      check(first.handle.id !== second.handle.id, `two tokens gave the one batch ${first.handle.id}`);
    },
  }),
  defineBatchCase({
    rule: 'B-020',
    title: 'a start whose answer was lost and that is made again starts nothing more',
    lacks: needsFault('lost-answer'),
    run: async (trial) => {
      const token = newToken();
      await trial.inject({ kind: 'lost-answer', operation: 'start' });
      const lost = await outcomeOf(trial.start(someRuns(2), { token }));
      if (!lost.ok) {
        check(SessionError.is(lost.error), `the lost start threw ${String(lost.error)}`);
        check(lost.error.effect !== 'none', 'a start whose answer was lost must not claim that nothing has happened');
      }
      await trial.start(someRuns(2), { token });
      await oneStarted(trial);
    },
  }),
  defineBatchCase({
    rule: 'B-022',
    title: 'the same list under the same token is staged at the same place with the same ETag; another list elsewhere',
    run: async (trial) => {
      const { provider } = trial;
      const token = newToken();
      const stage = (count: number) =>
        trial.settle(provider.stageRuns(listOf(provider, someRuns(count)), token, trial.call()));
      const [first, again, other] = [await stage(3), await stage(3), await stage(4)];
      check(first.uri === again.uri, `the same list was staged at ${first.uri} and at ${again.uri}`);
      check(first.eTag === again.eTag, `the same list has the ETags ${first.eTag} and ${again.eTag}`);
      check(first.uri !== other.uri, `two lists were staged at the one place ${first.uri}`);
    },
  }),
  defineBatchCase({
    rule: 'B-022',
    title: 'a staged list can be read back, started from, and removed, once and again',
    run: async (trial) => {
      const { provider } = trial;
      const runs = someRuns(3);
      const staged = await trial.settle(provider.stageRuns(listOf(provider, runs), newToken(), trial.call()));
      const ids = await trial.settle(idsIn(provider.readStagedRuns(staged.uri, trial.call())));
      check(ids.join() === runs.map(({ id }) => id).join(), `the staged list reads back as ${ids.join(', ')}`);
      const { handle } = await trial.start(staged);
      const last = await trial.untilFinal(handle);
      check(last.counts?.completed === 3, `of 3 staged runs ${last.counts?.completed} have completed`);
      for (let times = 0; times < 2; times++) await trial.settle(provider.unstageRuns(staged.uri, trial.call()));
      const gone = provider.readStagedRuns(staged.uri, trial.call());
      await trial.fails(idsIn(gone), 'not-found', 'reading a list that was removed');
    },
  }),
  defineBatchCase({
    rule: 'B-024',
    title: 'a batch is found in the list by its token, with token and owner on it',
    run: async (trial) => {
      const { provider } = trial;
      const token = newToken();
      const { handle } = await trial.start(someRuns(1), { token });
      await trial.start(someRuns(1));
      const found = await trial.all((next) => provider.listPage({ by: 'token', token }, next, trial.call()));
      const ids = found.map((each) => each.handle.id).join();
      check(ids === handle.id, `under the token of ${handle.id} there are: ${ids}`);
      const { ownership } = (await trial.describe(handle)).details;
      check(ownership?.token === token, `its token is told as ${ownership?.token}`);
      check(ownership.owner === 'conformance-kit', `its owner is told as ${ownership.owner}`);
    },
  }),
];

async function idsIn(runs: AsyncIterable<RunSpec>): Promise<readonly string[]> {
  const ids: string[] = [];
  for await (const { id } of runs) ids.push(id);
  return ids;
}

function newToken(): string {
  return `kit-${randomUUID()}`;
}

function sameBatch(first: BatchObservation, other: BatchObservation, how: string): void {
  check(first.handle.id === other.handle.id, `${how}, the token gave ${other.handle.id} after ${first.handle.id}`);
}

async function oneStarted(trial: BatchTrial): Promise<void> {
  const started = await trial.oracle.started();
  check(started.length === 1, `one token started ${started.length} batches`);
}
