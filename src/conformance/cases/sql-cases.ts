import { isDeepStrictEqual } from 'node:util';
import type { SessionHandle } from '../../contract/session-handle.ts';
import type { StatementExecution, StatementRequest, StatementRunner } from '../../contract/statement-runner.ts';
import { CaseBlocked, check, expectError, outcomeOf, said } from '../check.ts';
import { readRows, type SampleValue } from '../column-reader.ts';
import { needsFlag, needsNoFlag } from '../kit-case.ts';
import { isColumn, type SqlSample } from '../samples.ts';
import type { Trial } from '../trial.ts';
import { keepBusy, needsWork, readyCaseNeeding, untilStatementsRun, type ConformanceCase } from './session-case.ts';

const sqlCase = readyCaseNeeding(needsFlag('sql'));

/** C-050 … C-056: how SQL runs. */
export const SQL_CASES: readonly ConformanceCase[] = [
  sqlCase('C-050', 'a statement returns its columns and its rows, batch by batch, in order', async (trial, handle) => {
    const batchCount = await expectSample(trial, handle, trial.sql.rows);
    trial.notes.push(`${trial.sql.rows.rows.length} rows in ${batchCount} batches`);
    check(batchCount > 1, 'all rows came in one batch');
  }),
  sqlCase('C-050', 'a result that is closed early releases the engine', async (trial, handle) => {
    const execution = await execute(trial, handle, { id: 'early', text: trial.sql.rows.text });
    const batches = execution.batches()[Symbol.asyncIterator]();
    await trial.settle(batches.next());
    await trial.settle(execution.close());
    await trial.settle(execution.close());
    const isFree = await trial.happens(async () => (await trial.oracle.runningStatements()) === 0);
    check(isFree, 'the engine still holds a result that was closed');
    await expectUsable(trial, handle);
  }),
  sqlCase(
    'C-051',
    'parameters are bound: quotes, comments and placeholders in a value stay text',
    async (trial, handle) => {
      for (const sample of trial.sql.parameters) await expectSample(trial, handle, sample);
    },
  ),
  sqlCase(
    'C-052',
    'a statement that the engine refuses fails with invalid-request, and the session stays usable',
    async (trial, handle) => {
      const refused = runnerOf(trial).execute(handle, { id: 'refused', text: trial.sql.refused }, trial.call());
      const { operation } = await trial.fails(refused, 'invalid-request', 'a statement that is not SQL');
      check(operation === 'execute', `its operation is '${operation}' and must be 'execute'`);
      await expectUsable(trial, handle);
    },
  ),
  sqlCase('C-053', 'aborting stops the engine at once, and the session stays usable', async (trial, handle) => {
    const controller = new AbortController();
    const call = trial.call({ signal: controller.signal });
    const running = outcomeOf(runnerOf(trial).execute(handle, { id: 'endless', text: trial.sql.endless }, call));
    await untilStatementsRun(trial, 1);
    controller.abort();
    const settled = await trial.outcomeNow(running);
    check(settled?.ok === true, 'the statement keeps running after the abort');
    expectError(settled.value, 'aborted', 'an aborted statement');
    await untilStatementsRun(trial, 0);
    await expectUsable(trial, handle);
  }),
  readyCaseNeeding(needsWork, needsFlag('reportsBusy'))(
    'C-054',
    'a session is busy while it works, and ready afterwards',
    async (trial, handle) => {
      if (trial.capabilities.sql) runnerOf(trial);
      const release = await keepBusy(trial, handle);
      const working = await trial.describe(handle);
      check(working.state === 'busy', `while it works the session is ${said(working)}`);
      await release?.();
      await trial.until(handle, ({ state }) => state === 'ready', { what: 'ready after its work', rule: 'C-054' });
    },
  ),
  readyCaseNeeding(needsWork, needsNoFlag('reportsBusy'))(
    'C-054',
    'a service that does not report busy sessions is not named as the busy source',
    async (trial, handle) => {
      if (trial.capabilities.sql) runnerOf(trial);
      const release = await keepBusy(trial, handle);
      const working = await trial.describe(handle);
      const isHonest = working.busySource !== 'service';
      check(isHonest, `a service without 'reportsBusy' is named as the source of ${said(working)}`);
      await release?.();
    },
  ),
  sqlCase('C-055', 'a session that has ended runs nothing', async (trial, handle) => {
    await trial.end(handle);
    const late = runnerOf(trial).execute(handle, { id: 'late', text: trial.sql.rows.text }, trial.call());
    await trial.fails(late, ['conflict', 'session-failed', 'not-found'], 'a statement in an ended session');
  }),
  sqlCase('C-055', 'a statement fails when its session is terminated', async (trial, handle) => {
    const request = { id: 'cut', text: trial.sql.endless };
    const running = outcomeOf(runnerOf(trial).execute(handle, request, trial.call()));
    await untilStatementsRun(trial, 1);
    await trial.terminate(handle);
    const settled = await trial.outcomeNow(running);
    if (settled?.ok !== true)
      throw new CaseBlocked('C-032', 'the statement keeps running although its session was terminated');
    expectError(settled.value, ['session-failed', 'conflict', 'not-found'], 'a statement whose session ended');
  }),
  sqlCase(
    'C-056',
    'null, all integer widths, decimals, microseconds, nested values and an empty result arrive unchanged',
    async (trial, handle) => {
      for (const sample of trial.sql.types) await expectSample(trial, handle, sample);
      trial.notes.push(`${trial.sql.types.length} types`);
    },
  ),
];

/** The runner that the capability promises. */
function runnerOf({ provider }: Trial): StatementRunner {
  if (provider.statements !== undefined) return provider.statements;
  throw new CaseBlocked('C-002', "the capability 'sql' is true and 'statements' is missing");
}

function execute(trial: Trial, handle: SessionHandle, request: StatementRequest): Promise<StatementExecution> {
  return trial.settle(runnerOf(trial).execute(handle, request, trial.call()));
}

/** Runs a sample and compares the result with the expected one. @returns the number of batches. */
async function expectSample(trial: Trial, handle: SessionHandle, sample: SqlSample): Promise<number> {
  const { about, text, parameters, columns, rows } = sample;
  const execution = await execute(trial, handle, { id: 'sample', text, ...(parameters && { parameters }) });
  const { fields } = execution;
  const isTyped = fields.length === columns.length && columns.every((column, at) => isColumn(fields[at], column));
  check(isTyped, `${about}: the columns are ${JSON.stringify(fields)} and must be ${JSON.stringify(columns)}`);
  const got: (readonly SampleValue[])[] = [];
  let batchCount = 0;
  const batches = execution.batches()[Symbol.asyncIterator]();
  for (let next = await trial.settle(batches.next()); next.done !== true; next = await trial.settle(batches.next())) {
    batchCount += 1;
    got.push(...readRows(next.value));
  }
  check(got.length === rows.length, `${about}: got ${got.length} rows and expected ${rows.length}`);
  const wrong = rows.findIndex((row, at) => !isDeepStrictEqual(row, got[at]));
  check(wrong === -1, `${about}: row ${wrong} is ${show(got[wrong])} and must be ${show(rows[wrong])}`);
  return batchCount;
}

/** The session still runs statements; other rules check their results. */
async function expectUsable(trial: Trial, handle: SessionHandle): Promise<void> {
  const text = (trial.sql.types[0] ?? trial.sql.rows).text;
  const execution = await execute(trial, handle, { id: 'next', text });
  await trial.settle(execution.close());
}

function show(value: unknown): string {
  return JSON.stringify(value, (_, item: unknown) => (typeof item === 'bigint' ? `${item}n` : item));
}
