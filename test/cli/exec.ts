import { fileURLToPath } from 'node:url';
import type { TestContext } from 'vitest';
import { cloud, type Cloud } from './clouds.ts';
import { PROGRAM, run, type ProcessOptions } from './process.ts';
import type { EmulatorOptions } from '../../src/emulator/emulator-options.ts';

/** The words of a Spark client that does these actions: `fixtures/spark-client.mjs`. */
export function client(...actions: readonly string[]): readonly string[] {
  return [process.execPath, fileURLToPath(new URL('./fixtures/spark-client.mjs', import.meta.url)), ...actions];
}

/** Starts `anysession exec OPTIONS -- COMMAND` without a terminal. */
export function exec(options: readonly string[], command: readonly string[], where: ProcessOptions) {
  return run([...PROGRAM, 'exec', ...options, '--', ...command], { detached: true, ...where });
}

/** An emulated cloud whose environment `dev` is the default, and the states of its sessions. */
export async function sparkCloud(
  context: TestContext,
  { startupMs = 0, name = 'athena', ...emulation }: { startupMs?: number; name?: Cloud } & EmulatorOptions = {},
) {
  const service = await cloud(name, context, startupMs, emulation);
  const states = (): readonly string[] => service.emulator.oracle.sessions().map(({ state }) => state);
  const { cwd } = service;
  const { onTestFinished, expect } = context;
  return {
    ...service,
    states,
    /** Runs `anysession exec` to its end. */
    exec: (options: readonly string[], command: readonly string[], more: Partial<ProcessOptions> = {}) =>
      exec(options, command, { cwd, onTestFinished, ...more }),
    reach: (...expected: readonly string[]) => expect.poll(states, { timeout: 60_000 }).toEqual(expected),
  };
}
