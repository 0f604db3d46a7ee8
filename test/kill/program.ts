// Runs in its own process: goes through one script, and dies where its parent or its orders want it.
import { writeSync } from 'node:fs';
import type { ConfigOptions } from '../../src/config/config-options.ts';
import { openSessions } from '../../src/open-sessions.ts';
import { countSteps, type StepPoint } from './count-steps.ts';
import { SCRIPTS, type ScriptName } from './scripts.ts';

/** What the process is told to do. */
export interface Orders {
  readonly config: ConfigOptions;
  readonly script: ScriptName;
  /** The folder with the records of holders: its steps are counted. */
  readonly folder: string;
  /** Where the process kills itself; absent when its parent does, or nobody. */
  readonly killAt?: StepPoint;
}

const { config, script, folder, killAt } = JSON.parse(process.argv[2] ?? '') as Orders;
const steps = countSteps(folder, killAt);
const say = (word: string, value: string | number): void => {
  writeSync(1, `${JSON.stringify({ [word]: value })}\n`);
};

const sessions = await openSessions({ config });
await SCRIPTS[script](sessions, say);
await sessions.close();
say('steps', steps());
