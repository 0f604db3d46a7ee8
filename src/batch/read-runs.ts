import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdtemp, open, rm, type FileHandle } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BatchProvider } from '../contract/batch-provider.ts';
import type { RunDefaults, RunSpec } from '../contract/batch-run.ts';
import { raceAbort } from '../provider-kit/race-abort.ts';
import type { RunList } from '../contract/run-list.ts';
import { SessionError } from '../contract/session-error.ts';
import { abortedError } from '../provider-kit/aborted-error.ts';
import { problemOfInput } from '../provider-kit/sendable-input.ts';
import { problemOfShape } from './run-shape.ts';

/** Where runs come from: up to 100,000 of them, read once. */
export type RunSource = Iterable<RunSpec> | AsyncIterable<RunSpec>;

/** Most problems in one error: a wrong column makes every run wrong. */
const MOST_PROBLEMS = 10;

/** What reading runs needs. */
export interface ReadRunsParts {
  readonly provider: BatchProvider;
  readonly defaults: RunDefaults;
  readonly operation: string;
  readonly signal?: AbortSignal | undefined;
}

/** A run list with a temporary file; `remove` deletes the file. */
export interface SpooledRuns extends RunList {
  remove(): Promise<void>;
}

/**
 * Reads and checks every run before any is sent. The run list is written to a temporary file, so memory does not grow with it.
 * @throws SessionError `invalid-request` that names the invalid runs; an error of the source becomes the cause.
 */
export async function readRuns(source: RunSource, parts: ReadRunsParts): Promise<SpooledRuns> {
  const hash = createHash('sha256');
  let sizeBytes = 0;
  const spool = new RunSpool((chunk) => {
    hash.update(chunk);
    sizeBytes += chunk.length;
  });
  try {
    const { count, inline } = await spoolRuns(source, spool, parts);
    const { maxRunListBytes } = parts.provider.capabilities;
    if (inline === undefined && sizeBytes > maxRunListBytes) {
      throw refusal(parts, `the run list has ${sizeBytes} bytes; ${maxRunListBytes} are allowed`);
    }
    return {
      count,
      sizeBytes,
      digest: hash.digest('hex'),
      ...(inline !== undefined && { inline }),
      open: () => spool.read(),
      remove: () => spool.remove(),
    };
  } catch (error) {
    await spool.remove();
    throw error;
  }
}

async function spoolRuns(
  source: RunSource,
  spool: RunSpool,
  parts: ReadRunsParts,
): Promise<{ readonly count: number; readonly inline: readonly RunSpec[] | undefined }> {
  const { provider, defaults, signal } = parts;
  const { maxRuns, maxInlineRuns } = provider.capabilities;
  const ids = new Map<string, number>();
  const inline: RunSpec[] = [];
  const problems: string[] = [];
  let count = 0;
  for await (const run of guarded(source, parts)) {
    if (signal?.aborted) throw abortedError(parts.operation, signal);
    if (count === maxRuns) throw refusal(parts, `a batch has at most ${maxRuns} runs: start several batches`);
    const problem =
      problemOfShape(run) ??
      problemOfInput(run, 'it') ??
      problemOfRepeat(run, ids, count) ??
      provider.problemOf(run, defaults);
    if (problem !== undefined) problems.push(`${nameOf(run, count)} ${asPredicate(problem)}`);
    if (problems.length === MOST_PROBLEMS) break;
    if (problems.length === 0) {
      // Copied, because the source may reuse the object and the caller may change it.
      if (count < maxInlineRuns) inline.push(structuredClone(run));
      const written = spool.write(`${count === 0 ? '[' : ','}\n${provider.toRunListEntry(run)}`);
      if (written) await written;
    }
    count += 1;
  }
  if (problems.length > 0) throw refusal(parts, problems.join('\n'));
  if (count === 0) throw refusal(parts, 'a batch needs at least one run');
  await spool.write('\n]\n');
  await spool.flush();
  return { count, inline: count <= maxInlineRuns ? inline : undefined };
}

/** Reads the source. Its errors say that nothing was sent; a SessionError keeps its kind. */
async function* guarded(source: RunSource, parts: ReadRunsParts): AsyncGenerator<RunSpec, void, undefined> {
  const { operation, provider, signal } = parts;
  try {
    yield* signal !== undefined && Symbol.asyncIterator in source ? untilAborted(source, parts, signal) : source;
  } catch (cause) {
    if (signal?.aborted) throw abortedError(operation, signal);
    const [kind, what] = SessionError.is(cause)
      ? [cause.kind, cause.message]
      : ['invalid-request' as const, String(cause)];
    const message = `reading the runs failed, and nothing was sent: ${what}`;
    throw new SessionError(kind, message, { operation, provider: provider.id, cause });
  }
}

/** Ends at once when the signal aborts, even if the source hangs. The source is asked to return without waiting for it. */
async function* untilAborted(
  source: AsyncIterable<RunSpec>,
  { operation }: ReadRunsParts,
  signal: AbortSignal,
): AsyncGenerator<RunSpec, void, undefined> {
  const runs = source[Symbol.asyncIterator]();
  let isPaused = false;
  try {
    for (;;) {
      const next = await raceAbort(runs.next(), signal, operation);
      if (next.done === true) return;
      isPaused = true;
      yield next.value;
      isPaused = false;
    }
  } finally {
    const returned = isPaused || signal.aborted ? runs.return?.() : undefined;
    if (signal.aborted) returned?.catch(() => {});
    else await returned;
  }
}

function problemOfRepeat({ id }: RunSpec, ids: Map<string, number>, at: number): string | undefined {
  const first = ids.get(id);
  if (first === undefined) ids.set(id, at);
  return first === undefined ? undefined : `has the id of run ${first + 1}: ids are unique in a batch`;
}

function nameOf(run: unknown, at: number): string {
  const id = (Object(run) as Partial<RunSpec>).id;
  return typeof id === 'string' && id !== '' ? `run ${at + 1} ('${id.slice(0, 128)}')` : `run ${at + 1}`;
}

/** Problems of the shape begin with "has" or "is", those of a provider's rules do not. */
function asPredicate(problem: string): string {
  return /^(has|is) /.test(problem) ? problem : `is invalid: ${problem}`;
}

function refusal({ operation, provider }: ReadRunsParts, message: string): SessionError {
  return new SessionError('invalid-request', message, { operation, provider: provider.id });
}

/** Text is buffered up to this size: one write per run would cost more than the run. */
const CHUNK_CHARACTERS = 1024 ** 2;

/**
 * A temporary file for run lists that do not fit into memory. It is created with the first full chunk, is readable by its owner
 * only, and is deleted by {@link RunSpool.remove}.
 */
export class RunSpool {
  #pending: string[] = [];
  #pendingLength = 0;
  #folder: string | undefined;
  #file: FileHandle | undefined;
  readonly #onChunk: (chunk: Buffer) => void;

  /** @param onChunk - called with every byte once, in order. */
  constructor(onChunk: (chunk: Buffer) => void) {
    this.#onChunk = onChunk;
  }

  /** Returns `undefined` when the text is only buffered, which is the usual case. */
  write(text: string): Promise<void> | undefined {
    this.#pending.push(text);
    this.#pendingLength += text.length;
    return this.#pendingLength >= CHUNK_CHARACTERS ? this.flush() : undefined;
  }

  async flush(): Promise<void> {
    if (this.#pendingLength === 0) return;
    const chunk = Buffer.from(this.#pending.join(''));
    this.#pending = [];
    this.#pendingLength = 0;
    this.#onChunk(chunk);
    this.#folder ??= await mkdtemp(join(tmpdir(), 'anysession-runs-'));
    this.#file ??= await open(join(this.#folder, 'runs.json'), 'wx', 0o600);
    await this.#file.appendFile(chunk);
  }

  /** The whole content. Call it after the last flush. */
  read(): AsyncIterable<Uint8Array> {
    return createReadStream(join(this.#folder ?? '', 'runs.json'), { highWaterMark: CHUNK_CHARACTERS });
  }

  async remove(): Promise<void> {
    await this.#file?.close();
    this.#file = undefined;
    if (this.#folder !== undefined) await rm(this.#folder, { recursive: true, force: true });
    this.#folder = undefined;
  }
}
