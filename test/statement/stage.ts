import type { SessionHandle } from '../../src/contract/session-handle.ts';
import type { StatementRunner } from '../../src/contract/statement-runner.ts';
import { Statement, type StatementOptions } from '../../src/statement/statement.ts';
import { RecordingLogger } from '../../src/testing/recording-logger.ts';
import { SeededRandom } from '../../src/testing/seeded-random.ts';
import { VirtualClock } from '../../src/testing/virtual-clock.ts';
import { ScriptedRunner, type EngineScript } from './scripted-runner.ts';

export const HANDLE: SessionHandle = { v: 1, provider: 'scripted', scope: 'here', id: 's-1' };

/** A scripted engine with a clock, and a session that is ready unless told otherwise. */
export class Stage {
  readonly runner: ScriptedRunner;
  readonly clock = new VirtualClock();
  readonly logger = new RecordingLogger();
  readonly #random = new SeededRandom(7);

  constructor(script: EngineScript = {}) {
    this.runner = new ScriptedRunner(script);
  }

  submit(
    text = 'SELECT n',
    options: StatementOptions = {},
    whenReady: (signal: AbortSignal) => Promise<StatementRunner> = () => Promise.resolve(this.runner),
  ): Statement {
    const { clock, logger } = this;
    return Statement.submit({ handle: HANDLE, clock, logger, random: this.#random, whenReady }, text, options);
  }
}
