import { readFile } from 'node:fs/promises';

import { SessionError } from '../contract/session-error.ts';
import { observedSettings, parseObservations } from '../verify/observations.ts';
import { parseEngine } from './data-plane/engine-choice.ts';
import type { Emulator } from './emulator.ts';
import type { EmulatorOptions } from './emulator-options.ts';
import type { Fault } from './fault.ts';
import { SERVICE_IDS } from './service.ts';
import { startEmulator } from './start-emulator.ts';

/** The options of the command line, as texts. */
export interface RunEmulatorOptions {
  /** `--services`, separated by commas (default: all of them). */
  readonly services?: string;
  /** `--startup-ms`, a whole number. */
  readonly startupMs?: string;
  /** `--faults`, the path of a JSON file with a list of faults. */
  readonly faults?: string;
  /** `--observed`, the path of a file that `anysession verify --save` has written. */
  readonly observed?: string;
  /** `--clock`, `real` or `virtual`. */
  readonly clock?: string;
  /** `--seed`, a whole number. */
  readonly seed?: string;
  /** `--engine`, `duckdb`, `sail`, `spark` or `sc://host:port`. */
  readonly engine?: string;
  /** `--run-code`. */
  readonly runCode?: boolean;
}

/** Where the command writes, and what stops it. */
export interface RunEmulatorEnvironment {
  /** Receives one line of JSON with the URLs and the id of this process. */
  readonly write: (line: string) => void;
  /** Receives what was observed and the emulator cannot do, one line each. */
  readonly warn?: (line: string) => void;
  /** Stops the emulator; the command line aborts it on SIGTERM and SIGINT. */
  readonly signal: AbortSignal;
}

/** An emulator that runs from the command line. */
export interface RunningEmulator {
  readonly emulator: Emulator;
  /** Settles when the signal has stopped the emulator. */
  readonly done: Promise<void>;
}

/**
 * `npx anysession emulate`: starts the emulators, writes their URLs and the process id as one line of JSON, and runs until the signal.
 *
 * @throws SessionError `config-invalid` when an option or the fault file is wrong.
 */
export async function runEmulator(
  options: RunEmulatorOptions,
  { write, warn, signal }: RunEmulatorEnvironment,
): Promise<RunningEmulator> {
  const emulatorOptions = await toEmulatorOptions(options);
  const { observed } = emulatorOptions;
  for (const line of observed === undefined ? [] : observedSettings(observed).unmatched) warn?.(line);
  const emulator = await startEmulator(emulatorOptions);
  const done = new Promise<void>((resolve, reject) => {
    const end = (): void => {
      emulator.close().then(resolve, reject);
    };
    if (signal.aborted) end();
    else signal.addEventListener('abort', end, { once: true });
  });
  write(`${JSON.stringify({ ...emulator.urls, pid: process.pid })}\n`);
  return { emulator, done };
}

async function toEmulatorOptions(options: RunEmulatorOptions): Promise<EmulatorOptions> {
  const { services, startupMs, seed, engine, clock, faults, observed, runCode } = options;
  return {
    ...(services !== undefined && {
      services: services.split(',').map((id) => toChoice('--services', SERVICE_IDS, id.trim())),
    }),
    ...(startupMs !== undefined && { startupMs: toWhole('--startup-ms', startupMs) }),
    ...(seed !== undefined && { seed: toWhole('--seed', seed) }),
    ...(runCode !== undefined && { runCode }),
    ...(engine !== undefined && { engine: parseEngine(engine) }),
    ...(clock !== undefined && { clock: toChoice('--clock', ['real', 'virtual'] as const, clock) }),
    ...(faults !== undefined && { faults: await readFaults(faults) }),
    ...(observed !== undefined && {
      observed: parseObservations(await readJson('--observed needs a JSON file of verify --save', observed), observed),
    }),
  };
}

function toChoice<Choice extends string>(flag: string, choices: readonly Choice[], word: string): Choice {
  const choice = choices.find((each) => each === word);
  if (choice === undefined) throw badFlag(`${flag} accepts ${choices.join(', ')}, not '${word}'.`);
  return choice;
}

function toWhole(flag: string, word: string): number {
  if (!/^\d{1,15}$/.test(word)) throw badFlag(`${flag} must be a whole number, not '${word}'.`);
  return Number(word);
}

async function readFaults(path: string): Promise<readonly Fault[]> {
  const faults = await readJson('--faults needs a JSON file with a list of faults', path);
  if (Array.isArray(faults)) return faults as readonly Fault[];
  throw badFlag(`'${path}' does not contain a JSON list of faults.`);
}

async function readJson(need: string, path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as unknown;
  } catch (cause) {
    throw badFlag(`Cannot read '${path}'. ${need}.`, cause);
  }
}

function badFlag(message: string, cause?: unknown): SessionError {
  return new SessionError('config-invalid', message, { operation: 'emulate', cause });
}
