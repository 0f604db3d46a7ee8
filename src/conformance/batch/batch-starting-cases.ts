import { randomUUID } from 'node:crypto';
import type { RunSpec } from '../../contract/batch-run.ts';
import { SessionError } from '../../contract/session-error.ts';
import { check, outcomeOf } from '../check.ts';
import { needsFaults } from '../kit-case.ts';
import { caseNeeding, listOf, someRuns, type BatchCase, type BatchTrial } from './batch-trial.ts';

const startingCase = caseNeeding();

/** B-020 … B-024: how batches start and are found again. */
export const BATCH_STARTING_CASES: readonly BatchCase[] = [
  startingCase('B-020', 'the same token returns the same batch, also from another provider object', async (trial) => {
    const token = newToken();
    const { handle } = await trial.start(someRuns(2), { token });
    for (const provider of [trial.provider, trial.createProvider()]) {
      const again = await trial.start(someRuns(2), { token }, provider);
      const isSame = again.handle.id === handle.id;
      check(
        isSame,
        `the token started ${handle.id} and, ${provider === trial.provider ? 'again' : 'from another provider object'}, ${again.handle.id}`,
      );
    }
    await oneStarted(trial);
  }),
  startingCase('B-020', 'another token starts another batch', async (trial) => {
    const [first, second] = [await trial.start(someRuns(1)), await trial.start(someRuns(1))];
    check(first.handle.id !== second.handle.id, `two tokens started one batch, ${first.handle.id}`);
  }),
  caseNeeding(needsFaults('lost-answer'))(
    'B-020',
    'repeating a start whose answer was lost starts nothing more',
    async (trial) => {
      const token = newToken();
      await trial.inject({ kind: 'lost-answer', operation: 'startBatch' });
      const lost = await outcomeOf(trial.start(someRuns(2), { token }));
      if (!lost.ok) {
        check(SessionError.is(lost.error), `the lost start threw ${String(lost.error)}`);
        check(lost.error.effect !== 'none', 'a start whose answer was lost must not report that it had no effect');
      }
      await trial.start(someRuns(2), { token });
      await oneStarted(trial);
    },
  ),
  startingCase(
    'B-022',
    'a list is staged per token: the same one at the same place and ETag, another elsewhere',
    async (trial) => {
      const { provider } = trial;
      const token = newToken();
      const stage = (count: number) =>
        trial.settle(provider.stageRuns(listOf(provider, someRuns(count)), token, trial.call()));
      const [first, again, other] = [await stage(3), await stage(3), await stage(4)];
      check(first.uri === again.uri, `the same list was staged at ${first.uri} and at ${again.uri}`);
      check(first.eTag === again.eTag, `the same list has the ETags ${first.eTag} and ${again.eTag}`);
      check(first.uri !== other.uri, `two lists were staged at the one place ${first.uri}`);
    },
  ),
  startingCase('B-022', 'a staged list can be read, started and removed, and removed again', async (trial) => {
    const { provider } = trial;
    const runs = someRuns(3);
    const staged = await trial.settle(provider.stageRuns(listOf(provider, runs), newToken(), trial.call()));
    const ids = await trial.settle(idsIn(provider.readStagedRuns(staged.uri, trial.call())));
    check(ids.join() === runs.map(({ id }) => id).join(), `the staged list reads back as ${ids.join(', ')}`);
    const { handle } = await trial.start(staged);
    const last = await trial.untilFinal(handle);
    check(last.counts?.completed === 3, `of 3 staged runs ${last.counts?.completed} have completed`);
    for (let times = 0; times < 2; times++) await trial.settle(provider.unstageRuns(staged.uri, trial.call()));
    const removed = idsIn(provider.readStagedRuns(staged.uri, trial.call()));
    await trial.fails(removed, 'not-found', 'reading a list that was removed');
  }),
  startingCase('B-024', 'the list finds a batch by its token, and describe reports token and owner', async (trial) => {
    const token = newToken();
    const { handle } = await trial.start(someRuns(1), { token });
    await trial.start(someRuns(1));
    const found = await trial.all((next) => trial.provider.listPage({ by: 'token', token }, next, trial.call()));
    const ids = found.map((each) => each.handle.id).join();
    check(ids === handle.id, `the filter by the token of ${handle.id} returns ${ids}`);
    const { ownership } = (await trial.describe(handle)).details;
    check(ownership?.token === token, `its token is reported as ${ownership?.token}`);
    check(ownership.owner === 'conformance-kit', `its owner is reported as ${ownership.owner}`);
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

async function oneStarted(trial: BatchTrial): Promise<void> {
  const started = await trial.oracle.started();
  check(started.length === 1, `one token started ${started.length} batches`);
}
