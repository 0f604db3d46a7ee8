import type { ConnectEndpoint } from '../../src/contract/session-provider.ts';
import type { StatementExecution, StatementProgress, StatementRequest } from '../../src/contract/statement-runner.ts';
import type { LocalConfig } from './options.ts';

/** An engine that runs sessions on this machine: what the local service needs of it, whatever it is. */
export interface LocalEngine {
  /** Its name and version, for people. */
  readonly version: string;
  /**
   * Opens what one session needs, apart from all others, and runs the `init` statements.
   * @throws SessionError whose message tells why the session cannot be; the signal's error when it aborts.
   */
  open(request: EngineOpening): Promise<EngineSession>;
}

/** What an engine is to open. */
export interface EngineOpening {
  /** The session's id, for names that must be its own. */
  readonly sessionId: string;
  readonly config: LocalConfig;
  /** Properties of Spark that the session was asked for with; empty where the engine is not Spark. */
  readonly sparkConf: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  /** To be called once the session is open and its engine breaks by itself, with the reason. */
  readonly noteBroken: (reason: string) => void;
}

/** One open session of an engine. */
export interface EngineSession {
  /** Runs a statement as soon as the ones before it let it; the signal stops it at any time until `finished`. */
  execute(request: StatementRequest, signal: AbortSignal): EngineExecution;
  /** How far a statement is that runs just now. */
  progress(statementId: string): StatementProgress | undefined;
  /** Where other clients of Spark Connect join it, on an engine that speaks it. */
  readonly endpoint?: ConnectEndpoint;
  /** Why the session can no longer be used, once a statement has shown that. */
  readonly brokenBy: string | undefined;
  /** Waits for what still runs (the caller stops it) and lets go of everything. */
  close(): Promise<void>;
}

/** A statement under way. */
export interface EngineExecution {
  /** Resolves when the columns are known; rejects with a SessionError, at once when the signal aborts. */
  readonly started: Promise<StatementExecution>;
  /** Resolves when the engine no longer works for the statement nor holds anything for it; never rejects. */
  readonly finished: Promise<void>;
}
