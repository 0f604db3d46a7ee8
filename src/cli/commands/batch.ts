import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import type { BatchStatus } from '../../batch/batch-status.ts';
import type { Batch } from '../../batch/batch.ts';
import type { Batches } from '../../batch/batches.ts';
import type { RunDefaults, RunSpec } from '../../contract/batch-run.ts';
import { SessionError } from '../../contract/session-error.ts';
import { parseExactJson } from '../exact-json.ts';
import { toJsonText } from '../printable.ts';
import { printTable } from '../table.ts';
import { note, print, printJson, warn, type CommandContext } from '../terminal.ts';
import { withBatches } from '../with-environment.ts';

/** The options of `anysession batch start`. */
interface BatchStartCommandOptions {
  readonly runs: string;
  readonly defaults: string;
  readonly key?: string;
  readonly restart?: boolean;
  readonly name?: string;
  readonly wait?: boolean;
  readonly onAbort?: 'detach' | 'cancel';
}

/** The options of `anysession batch resubmit`. */
interface BatchResubmitCommandOptions {
  readonly runs?: string;
  readonly key?: string;
}

/** What `anysession batch delete` deletes; exactly one. */
interface BatchDeleteCommandOptions {
  readonly runs?: boolean;
  readonly record?: boolean;
}

/** Starts a batch from two files and writes its status and handle. */
export async function runBatchStart(context: CommandContext, options: BatchStartCommandOptions): Promise<void> {
  const { terminal } = context;
  const { signal } = terminal;
  const { key, restart, name } = options;
  const defaults = (await readJson(context, options.defaults)) as RunDefaults;
  await withBatches(context, async (batches) => {
    const runs = await readRunFile(context, options.runs);
    const batch = await batches.start({ key, restart, name, defaults, runs, signal });
    const { totalRuns } = batch.status;
    if (totalRuns !== undefined) note(terminal, batches.estimate(totalRuns).text);
    if (options.wait === true) await waitFor(batch, context, options.onAbort);
    await printStatus(context, batch, batch.status);
  });
}

/** Waits for the end of a batch. Writes its handle to stderr first, in case the wait is stopped; with `--json` the error has the handle. */
async function waitFor(
  batch: Batch,
  { terminal, json }: CommandContext,
  onAbort: BatchStartCommandOptions['onAbort'],
): Promise<void> {
  const { handle } = batch;
  if (!json) warn(terminal, `batch ${handle.id} has started: ${toJsonText(handle)}\n`);
  try {
    await batch.whenFinished({ signal: terminal.signal });
  } catch (error) {
    if (!SessionError.is(error)) throw error;
    const { advice: own = '' } = error;
    const known = own === '' || error.message.endsWith(own) ? '' : `${own} `;
    const advice = `${known}Batch ${handle.id} keeps running: see \`anysession batch status\` and \`anysession batch cancel\`.`;
    const kept = error.with({ handle, advice });
    if (onAbort !== 'cancel' || !terminal.signal.aborted) throw kept;
    await batch.cancel().catch((second: unknown) => {
      throw new AggregateError([kept, second]);
    });
    throw error.with({ handle, advice: `Batch ${handle.id} is being canceled.` });
  }
}

/** Describes a batch once. */
export async function runBatchStatus(context: CommandContext, target: string): Promise<void> {
  await withBatch(context, target, (batch) => printStatus(context, batch, batch.status));
}

/** Writes the runs that did not succeed, one JSON object a line with `--json`. */
export async function runBatchFailures(context: CommandContext, target: string): Promise<void> {
  const { terminal, json } = context;
  await withBatch(context, target, async (batch) => {
    const rows: string[][] = [];
    for await (const failed of batch.failures({ signal: terminal.signal })) {
      if (json) await printJson(terminal, failed);
      else rows.push([failed.id, failed.runId ?? '', failed.reason]);
    }
    if (!json && rows.length > 0) await printTable(terminal, ['run', 'service id', 'reason'], rows);
    if (!json && rows.length === 0) note(terminal, noFailure(batch.status));
  });
}

/** A run that has not ended yet may still fail. */
function noFailure({ final, counts, totalRuns }: BatchStatus): string {
  if (final) return 'no run has failed';
  if (counts === undefined || totalRuns === undefined) return 'no run has failed so far; the service is still counting';
  return `no run has failed so far; ${counts.pending + counts.running + counts.uncounted} of ${totalRuns} have not ended`;
}

/** Asks for the end of a batch. */
export async function runBatchCancel(context: CommandContext, target: string): Promise<void> {
  const { signal } = context.terminal;
  await withBatch(context, target, async (batch) => printStatus(context, batch, await batch.cancel({ signal })));
}

/** Starts the failed runs of a batch again, as a new one. */
export async function runBatchResubmit(
  context: CommandContext,
  target: string,
  options: BatchResubmitCommandOptions,
): Promise<void> {
  const { signal } = context.terminal;
  await withBatch(context, target, async (batch) => {
    const runs = options.runs === undefined ? undefined : await readRunFile(context, options.runs);
    const again = await batch.resubmitFailed({ key: options.key, runs, signal });
    await printStatus(context, again, again.status);
  });
}

/** Deletes the runs of a batch, or its record; which of the two must be said. */
export async function runBatchDelete(
  context: CommandContext,
  target: string,
  options: BatchDeleteCommandOptions,
): Promise<void> {
  if ((options.runs === true) === (options.record === true)) {
    throw refusal('say what to delete: --runs deletes the records of its runs, --record that of the batch');
  }
  const { signal } = context.terminal;
  await withBatch(context, target, async (batch) => {
    if (options.record === true) await batch.deleteRecord({ signal });
    else await printStatus(context, batch, await batch.deleteRuns({ signal }));
  });
}

function withBatch(context: CommandContext, target: string, use: (batch: Batch) => Promise<void>): Promise<void> {
  return withBatches(context, async (batches) => use(await findBatch(batches, target, context.terminal.signal)));
}

/** A handle as JSON, `key:…`, an id, or else a key. */
async function findBatch(batches: Batches, target: string, signal: AbortSignal): Promise<Batch> {
  if (target.startsWith('{')) return batches.attach(target, { signal });
  if (target.startsWith('key:')) return batches.attach({ key: target.slice('key:'.length) }, { signal });
  const { id: provider, scope } = batches.provider;
  try {
    return await batches.attach({ v: 1, provider, scope, id: target }, { signal });
  } catch (error) {
    if (!SessionError.is(error, 'not-found') && !SessionError.is(error, 'invalid-request')) throw error;
    return batches.attach({ key: target }, { signal }).catch((second: unknown) => {
      if (!SessionError.is(second, 'not-found')) throw second;
      throw second.with({}, `no batch in '${scope}' has the id or the key "${target}"`);
    });
  }
}

async function printStatus(
  { terminal, json, dryRun }: CommandContext,
  batch: Batch,
  status: BatchStatus,
): Promise<void> {
  if (dryRun !== undefined) return;
  if (json) return printJson(terminal, { handle: batch.handle, ...status }, 2);
  const { counts, outcome, reason, totalRuns, remaining } = status;
  const lines = [
    ['batch', batch.handle.id],
    ['state', `${status.state} (${status.nativeState})`],
    ...(outcome === undefined ? [] : [['outcome', outcome]]),
    ...(reason === undefined ? [] : [['reason', reason]]),
    ...(totalRuns === undefined ? [] : [['runs', String(totalRuns)]]),
    ...Object.entries(counts ?? {}).map(([name, count]) => [name, String(count)]),
    ...(remaining === undefined ? [] : [['to submit', remaining.text]]),
  ];
  const width = Math.max(...lines.map(([name = '']) => name.length));
  await print(terminal, lines.map(([name = '', value = '']) => `${name.padEnd(width)}  ${value}\n`).join(''));
}

/** A `.jsonl` file is read line by line as the batch is; anything else is one JSON array. */
async function readRunFile(context: CommandContext, path: string): Promise<Iterable<RunSpec> | AsyncIterable<RunSpec>> {
  if (path.endsWith('.jsonl')) return readLines(context, path);
  const runs = await readJson(context, path);
  if (Array.isArray(runs)) return runs as RunSpec[];
  throw refusal(`${path} must hold one JSON array of runs, or be a .jsonl file with a run a line`);
}

async function* readLines({ terminal }: CommandContext, path: string): AsyncGenerator<RunSpec, void, undefined> {
  const input = createReadStream(resolve(terminal.cwd, path));
  let lineNumber = 0;
  for await (const line of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
    lineNumber += 1;
    if (line.trim() !== '') yield parseJson(line, `line ${lineNumber} of ${path}`) as RunSpec;
  }
}

function parseJson(text: string, where: string): unknown {
  // Editors of Windows put a byte order mark in front, which is no part of the JSON.
  const { value, inexact } = parsed(text.replace(/^\uFEFF/, ''), where);
  if (inexact === undefined) return value;
  const { literal, path } = inexact;
  const [first, ...rest] = path;
  const place = Array.isArray(value) ? [`run ${Number(first) + 1}`, rest.join('.')] : [path.join('.')];
  const sent = JSON.stringify(Number(literal));
  throw refusal(
    `${where}: ${place.join(', ').slice(0, 200)} is ${literal.slice(0, 40)}, which would be sent as ${sent}. Write it as a string.`,
  );
}

function parsed(text: string, where: string): ReturnType<typeof parseExactJson> {
  try {
    return parseExactJson(text);
  } catch (cause) {
    throw refusal(`${where} cannot be read as JSON: ${String(cause)}`, cause);
  }
}

async function readJson({ terminal }: CommandContext, path: string): Promise<unknown> {
  const text = await readFile(resolve(terminal.cwd, path), 'utf8').catch((cause: unknown) => {
    throw refusal(`${path} cannot be read as JSON: ${String(cause)}`, cause);
  });
  return parseJson(text, path);
}

function refusal(message: string, cause?: unknown): SessionError {
  return new SessionError('invalid-request', message, { operation: 'batch', cause });
}
