import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Emulator } from '../../src/emulator/index.ts';
import { CLOUDS } from './clouds.ts';
import type { KillPoint, Profile, Scene } from './kill-points.ts';
import type { Orders } from './program.ts';

/** The owner of every session that the killed process starts. */
export const OWNER = 'kill-team';
/** The environment that the configurations have. */
export const ENVIRONMENT = 'kill';

/** The configuration that leads to a cloud of this emulator. */
export function configOf(scene: Pick<Scene, 'cloud'>, emulator: Emulator, owner = OWNER): Orders['config'] {
  const { environment, address, url } = CLOUDS[scene.cloud];
  return {
    defaultEnvironment: ENVIRONMENT,
    owner,
    environments: { [ENVIRONMENT]: { ...environment, [address]: url(emulator.urls) } },
  };
}

const STARTS: ReadonlySet<string> = new Set(['StartSession', 'CreateSession']);

/** How a process ended. */
export interface Ended extends Profile {
  readonly signal: NodeJS.Signals | null;
  readonly code: number | null;
  /** The sessions whose keeping had begun, and those that were kept. */
  readonly keeping: readonly string[];
  readonly kept: readonly string[];
  readonly stderr: string;
}

/** Runs a script in its own process, killed at a point. */
export async function runKilled(
  {
    file,
    scene,
    emulator,
    stateHome,
  }: {
    readonly file: string;
    readonly scene: Scene;
    readonly emulator: Emulator;
    readonly stateHome: string;
  },
  point: KillPoint | undefined,
): Promise<Ended> {
  const orders: Orders = {
    config: configOf(scene, emulator),
    script: scene.script,
    folder: join(stateHome, 'anysession'),
    ...(point?.at === 'step' && { killAt: { step: point.step, when: point.when } }),
  };
  const env = { ...process.env, XDG_STATE_HOME: stateHome, ANYSESSION_ENV: undefined, NODE_OPTIONS: undefined };
  const child = spawn(process.execPath, ['--no-warnings', file, JSON.stringify(orders)], {
    env: { ...env, AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 60_000,
  });
  const kill = (): void => void child.kill('SIGKILL');
  let calls = 0;
  let starts = 0;
  let firstCallMs: number | undefined;
  if (point?.at === 'call' && point.when === 'before') {
    emulator.faults.add({ kind: 'reset', when: 'before', skip: point.call - 1 });
  }
  const unsubscribe = emulator.onHandled(({ operation = '' }) => {
    calls += 1;
    if (STARTS.has(operation)) starts += 1;
    if (point?.at === 'start' && starts === point.start) kill();
    firstCallMs ??= performance.now();
    if (calls === 1 && point?.at === 'time') setTimeout(kill, point.ms);
    if (point?.at !== 'call' || calls !== point.call) return;
    if (point.when === 'answered') setTimeout(kill, point.afterMs);
    else kill();
  });
  const words: Readonly<Record<string, string | number>>[] = [];
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
  unsubscribe();
  for (const line of stdout.split('\n')) if (line !== '') words.push(JSON.parse(line) as (typeof words)[number]);
  const said = (word: string): string[] => words.flatMap((each) => (word in each ? [String(each[word])] : []));
  return {
    code,
    signal,
    calls,
    steps: Number(said('steps')[0] ?? 0),
    ms: performance.now() - (firstCallMs ?? Number.NaN),
    keeping: said('keeping'),
    kept: said('kept'),
    stderr,
  };
}
