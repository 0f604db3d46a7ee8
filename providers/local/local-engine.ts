import type { ConnectEndpoint } from '../../src/contract/session-provider.ts';
import type { StatementExecution, StatementProgress, StatementRequest } from '../../src/contract/statement-runner.ts';
import type { LocalConfig } from './options.ts';

/** An engine that runs sessions on this machine. */
export interface LocalEngine {
  /** Its name and version, for people. */
  readonly version: string;
  /**
   * Opens one isolated session and runs the `init` statements.
   * @throws SessionError with the reason when the session cannot open; the signal's error when it aborts.
   */
  open(request: EngineOpening): Promise<EngineSession>;
}

/** The session to open. */
export interface EngineOpening {
  /** The session's id, for unique names. */
  readonly sessionId: string;
  readonly config: LocalConfig;
  /** The Spark properties of the start; empty for DuckDB. */
  readonly sparkConf: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  /** Called with the reason when the engine of the open session fails by itself. */
  readonly noteBroken: (reason: string) => void;
}

/** One open session of an engine. */
export interface EngineSession {
  /** Runs a statement after those before it; the signal stops it at any time until `finished`. */
  execute(request: StatementRequest, signal: AbortSignal): EngineExecution;
  /** The progress of a running statement. */
  progress(statementId: string): StatementProgress | undefined;
  /** Where other Spark Connect clients join it; absent for DuckDB. */
  readonly endpoint?: ConnectEndpoint;
  /** Why the session is unusable, once a statement has shown that. */
  readonly brokenBy: string | undefined;
  /** Waits for the running statements, which the caller stops, and releases everything. */
  close(): Promise<void>;
}

/** A running statement. */
export interface EngineExecution {
  /** Resolves when the columns are known; rejects with a SessionError, at once when the signal aborts. */
  readonly started: Promise<StatementExecution>;
  /** Resolves when the engine has stopped and released the statement; never rejects. */
  readonly finished: Promise<void>;
}
