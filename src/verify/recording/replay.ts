import { isDeepStrictEqual } from 'node:util';
import { loadPlugin } from '../../config/plugin-catalog.ts';
import { isBatchPlugin, type ProviderPlugin } from '../../contract/provider-plugin.ts';
import { SessionError } from '../../contract/session-error.ts';
import { callContext } from '../../session/call-context.ts';
import { silentLogger, systemClock, systemRandom } from '../../session/system-ports.ts';
import { failureReading, readingOf } from './reading.ts';
import { openGrpcReplay } from './grpc-replay.ts';
import { ReplayScript } from './replay-script.ts';
import { openHttpReplay } from './replay-server.ts';
import type { RecordedCall, Recording, Source } from './recording-file.ts';

/** How long a call may take, milliseconds: its answers come from this machine. */
const CALL_LIMIT_MS = 30_000;

/** A call that was read differently. */
export interface Difference {
  /** Its number in the recording, from 1. */
  readonly call: number;
  readonly verb: string;
  readonly what: string;
}

type Verb = (...args: readonly unknown[]) => Promise<unknown>;

/**
 * Makes the calls of a recording again with this code, against its answers, and compares what is read.
 * @throws SessionError `invalid-request` for a recording of a provider or with options that this version does not know.
 */
export async function replay(recording: Recording): Promise<readonly Difference[]> {
  const plugin = await loadPlugin(recording.provider, process.cwd());
  if (isBatchPlugin(plugin)) throw refusal(`${plugin.id} has no sessions`);
  const script = new ReplayScript();
  const subjects = await open(plugin, recording, script);
  const differences: Difference[] = [];
  const cursors = new Map<number, unknown>();
  try {
    for (const [at, call] of recording.calls.entries()) {
      script.expect(call.exchanges);
      const cursor = call.continues === undefined ? undefined : cursors.get(call.continues);
      const { read, next } = await make(subjects, call, cursor);
      if (next !== undefined) cursors.set(at, next);
      const whats = [...script.takeDifferences()];
      if (!isDeepStrictEqual(read, call.read))
        whats.push(`it reads ${JSON.stringify(read)}, and read ${JSON.stringify(call.read)}`);
      differences.push(...whats.map((what) => ({ call: at + 1, verb: call.verb, what })));
    }
  } finally {
    await subjects.close();
  }
  return differences;
}

async function open(plugin: ProviderPlugin, { options }: Recording, script: ReplayScript) {
  const probes = await plugin.probes?.();
  const encode = probes?.encodeAnswer;
  const server = await (encode === undefined ? openHttpReplay(script) : openGrpcReplay(script, encode));
  // Requests of AWS are signed, to an emulator too.
  const credentials = encode === undefined && { accessKeyId: 'REPLAY', secretAccessKey: 'replay' };
  const parsed = plugin.parseOptions({ ...options, endpoint: server.url, ...(credentials && { credentials }) });
  if (!parsed.ok) {
    await server.close();
    throw refusal(
      `the options of the recording are not valid: ${parsed.problems.map(({ message }) => message).join('; ')}`,
    );
  }
  const ports = { clock: systemClock, random: systemRandom, logger: silentLogger };
  const provider = plugin.create(parsed.config, ports);
  const probe = probes?.open(parsed.config, ports);
  return {
    provider,
    probe,
    async close(): Promise<void> {
      probe?.close();
      await provider.close();
      await server.close();
    },
  } satisfies Record<Source, object | undefined> & { close(): Promise<void> };
}

async function make(
  subjects: Awaited<ReturnType<typeof open>>,
  { source, verb, argument }: RecordedCall,
  cursor: unknown,
): Promise<{ readonly read: unknown; readonly next?: unknown }> {
  const subject = subjects[source];
  const method: unknown = subject === undefined ? undefined : Reflect.get(subject, verb, subject);
  if (typeof method !== 'function') return { read: { failed: 'there is no such verb' } };
  const call = callContext(systemClock, { timeoutMs: CALL_LIMIT_MS });
  const first = argumentOf(subjects.provider, source, verb, argument);
  const args =
    verb === 'list' || verb === 'listEnded' ? [call] : verb === 'listPage' ? [first, cursor, call] : [first, call];
  try {
    const answer = await (method.bind(subject) as Verb)(...args);
    const { next } = Object(answer) as { readonly next?: unknown };
    return { read: plain(readingOf(answer)), ...(next !== undefined && { next }) };
  } catch (error) {
    return { read: plain(failureReading(error)) };
  }
}

/** Handles are of the scope that the replayed provider has. */
function argumentOf(
  { id, scope }: { readonly id: string; readonly scope: string },
  source: Source,
  verb: string,
  argument: unknown,
): unknown {
  if (source === 'probe' || (verb !== 'describe' && verb !== 'terminate')) return argument;
  return { ...(argument as object), provider: id, scope };
}

function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value)) as unknown;
}

function refusal(message: string): SessionError {
  return new SessionError('invalid-request', message, { operation: 'verify' });
}
