import { isDeepStrictEqual } from 'node:util';
import type { ColumnField } from '../../contract/column-batch.ts';
import type { SessionHandle } from '../../contract/session-handle.ts';
import type { StatementRequest, StatementRunner } from '../../contract/statement-runner.ts';
import { readRows, type SampleValue } from '../column-reader.ts';
import {
  allOf,
  CaseBlocked,
  check,
  defineCase,
  needsFlag,
  needsNoFlag,
  type ConformanceCase,
} from '../conformance-case.ts';
import { isColumn, type SqlSample } from '../sql-samples.ts';
import { expectError, outcomeOf, said } from '../outcome.ts';
import type { Trial } from '../trial.ts';
import { keepBusy, needsWork, untilStatementsRun } from './session-life.ts';

const needsSql = needsFlag('sql');

/** C-050 … C-056: how SQL runs. */
export const SQL_CASES: readonly ConformanceCase[] = [
  defineCase({
    rule: 'C-050',
    title: 'a statement gives its columns and its rows, batch by batch, in order',
    lacks: needsSql,
    run: async (trial) => {
      const batchCount = await expectSample(trial, await trial.startReady(), trial.sql.rows);
      trial.notes.push(`${trial.sql.rows.rows.length} rows in ${batchCount} batches`);
      check(batchCount > 1, 'all rows came in one batch');
    },
  }),
  defineCase({
    rule: 'C-050',
    title: 'a result that is closed early lets go of the engine',
    lacks: needsSql,
    run: async (trial) => {
      const handle = await trial.startReady();
      const execution = await execute(trial, handle, { id: 'early', text: trial.sql.rows.text });
      const batches = execution.batches()[Symbol.asyncIterator]();
      await trial.settle(batches.next());
      await trial.settle(execution.close());
      await trial.settle(execution.close());
      const isFree = await trial.happens(async () => (await trial.oracle.runningStatements()) === 0);
      check(isFree, 'the engine still holds a result that was closed');
      await goesOn(trial, handle);
    },
  }),
  defineCase({
    rule: 'C-051',
    title: 'parameters are bound: quotes, comments and placeholders in a value stay text',
    lacks: needsSql,
    run: async (trial) => {
      const handle = await trial.startReady();
      for (const sample of trial.sql.parameters) await expectSample(trial, handle, sample);
    },
  }),
  defineCase({
    rule: 'C-052',
    title: 'a statement that the engine refuses fails with invalid-request, and the session goes on',
    lacks: needsSql,
    run: async (trial) => {
      const handle = await trial.startReady();
      const refused = statementsOf(trial).execute(handle, { id: 'refused', text: trial.sql.refused }, trial.call());
      const error = await trial.fails(refused, 'invalid-request', 'a statement that is no SQL');
      check(error.operation === 'execute', `its operation is '${error.operation}' and must be 'execute'`);
      await goesOn(trial, handle);
    },
  }),
  defineCase({
    rule: 'C-053',
    title: 'aborting stops the engine at once, and the session goes on',
    lacks: needsSql,
    run: async (trial) => {
      const handle = await trial.startReady();
      const controller = new AbortController();
      const call = trial.call({ signal: controller.signal });
      const running = outcomeOf(statementsOf(trial).execute(handle, { id: 'endless', text: trial.sql.endless }, call));
      await untilStatementsRun(trial, 1);
      controller.abort();
      const settled = await trial.outcomeNow(running);
      check(settled?.ok === true, 'the statement goes on after the abort');
      expectError(settled.value, 'aborted', 'an aborted statement');
      await untilStatementsRun(trial, 0);
      await goesOn(trial, handle);
    },
  }),
  defineCase({
    rule: 'C-054',
    title: 'a session is busy while it works, and ready afterwards',
    lacks: allOf(needsWork, needsFlag('reportsBusy')),
    run: async (trial) => {
      if (trial.capabilities.sql) statementsOf(trial);
      const handle = await trial.startReady();
      const release = await keepBusy(trial, handle);
      const working = await trial.describe(handle);
      check(working.state === 'busy', `while it works the session is ${said(working)}`);
      await release?.();
      await trial.until(handle, ({ state }) => state === 'ready', { what: 'ready after its work', rule: 'C-054' });
    },
  }),
  defineCase({
    rule: 'C-054',
    title: 'a service that does not tell is not said to have told that a session is busy',
    lacks: allOf(needsWork, needsNoFlag('reportsBusy')),
    run: async (trial) => {
      if (trial.capabilities.sql) statementsOf(trial);
      const handle = await trial.startReady();
      const release = await keepBusy(trial, handle);
      const working = await trial.describe(handle);
      check(
        working.busySource !== 'service',
        `a service without 'reportsBusy' is named as the source of ${said(working)}`,
      );
      await release?.();
    },
  }),
  defineCase({
    rule: 'C-055',
    title: 'a session that has ended runs nothing',
    lacks: needsSql,
    run: async (trial) => {
      const handle = await trial.startReady();
      await trial.terminate(handle);
      await trial.untilFinal(handle);
      const late = statementsOf(trial).execute(handle, { id: 'late', text: trial.sql.rows.text }, trial.call());
      await trial.fails(late, ['conflict', 'session-failed', 'not-found'], 'a statement in an ended session');
    },
  }),
  defineCase({
    rule: 'C-055',
    title: 'a statement fails when its session is terminated',
    lacks: needsSql,
    run: async (trial) => {
      const handle = await trial.startReady();
      const call = trial.call();
      const running = outcomeOf(statementsOf(trial).execute(handle, { id: 'cut', text: trial.sql.endless }, call));
      await untilStatementsRun(trial, 1);
      await trial.terminate(handle);
      const outcome = await trial.outcomeNow(running);
      if (outcome?.ok !== true)
        throw new CaseBlocked('C-032', 'the statement goes on although its session was terminated');
      expectError(outcome.value, ['session-failed', 'conflict', 'not-found'], 'a statement whose session ended');
    },
  }),
  defineCase({
    rule: 'C-056',
    title: 'null, integers of every width, decimals, microseconds, nested values and an empty result arrive unharmed',
    lacks: needsSql,
    run: async (trial) => {
      const handle = await trial.startReady();
      for (const sample of trial.sql.types) await expectSample(trial, handle, sample);
      trial.notes.push(`${trial.sql.types.length} types`);
    },
  }),
];

function statementsOf({ provider }: Trial): StatementRunner {
  if (provider.statements === undefined) throw new CaseBlocked('C-002', "'sql' is said and 'statements' is missing");
  return provider.statements;
}

function execute(trial: Trial, handle: SessionHandle, request: StatementRequest) {
  return trial.settle(statementsOf(trial).execute(handle, request, trial.call()));
}

/** Runs a sample and compares what comes with what it says. @returns how many batches there were. */
async function expectSample(trial: Trial, handle: SessionHandle, sample: SqlSample): Promise<number> {
  const { about, text, parameters, columns, rows } = sample;
  const execution = await execute(trial, handle, {
    id: 'sample',
    text,
    ...(parameters === undefined ? {} : { parameters }),
  });
  const { fields } = execution;
  const isTyped =
    fields.length === columns.length && columns.every((column, at) => isColumn(fields[at] as ColumnField, column));
  check(isTyped, `${about}: the columns are ${JSON.stringify(fields)} and must be ${JSON.stringify(columns)}`);
  const got: (readonly SampleValue[])[] = [];
  let batchCount = 0;
  const batches = execution.batches()[Symbol.asyncIterator]();
  for (let next = await trial.settle(batches.next()); next.done !== true; next = await trial.settle(batches.next())) {
    batchCount += 1;
    got.push(...readRows(next.value));
  }
  check(got.length === rows.length, `${about}: ${got.length} rows came and there are ${rows.length}`);
  const wrong = rows.findIndex((row, at) => !isDeepStrictEqual(row, got[at]));
  check(wrong === -1, `${about}: row ${wrong} is ${show(got[wrong])} and must be ${show(rows[wrong])}`);
  return batchCount;
}

/** The session still runs statements; what they give is the business of other rules. */
async function goesOn(trial: Trial, handle: SessionHandle): Promise<void> {
  const text = (trial.sql.types[0] ?? trial.sql.rows).text;
  const execution = await execute(trial, handle, { id: 'next', text });
  await trial.settle(execution.close());
}

function show(value: unknown): string {
  return JSON.stringify(value, (_, item: unknown) => (typeof item === 'bigint' ? `${item}n` : item));
}
