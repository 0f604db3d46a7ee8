import type { InstallableEngine } from '../../../src/provider-kit/installed-engine.ts';

/** How to start a Spark Connect server that is installed on this machine. */
export interface EngineServer {
  readonly engine: InstallableEngine;
  /** Its name and version, for people: `Sail 0.7.2`. */
  readonly label: string;
  /** Whether it requires a token. */
  readonly takesToken: boolean;
  /** Whether Spark properties apply to the whole server instead of each session. */
  readonly startsWithSparkConf: boolean;
  /** The command that starts it; without secrets, because every user of the machine can list it. */
  command(place: ServerPlace): readonly string[];
  /**
   * The files for its folder, by name; they may contain secrets.
   * @throws SessionError `invalid-request` for a reserved property.
   */
  files(place: ServerPlace): Readonly<Record<string, string>>;
  /** Additional environment variables. */
  environment(place: Pick<ServerPlace, 'folder'>, token: string): Readonly<Record<string, string>>;
  /** The first settings of each of its sessions. */
  sessionSettings(place: Pick<ServerPlace, 'folder'>): SparkConf;
}

/** Spark properties by name; a value may be a secret. */
export type SparkConf = Readonly<Record<string, string>>;

/** Where a server works. */
export interface ServerPlace {
  /** The loopback port to listen on. */
  readonly port: number;
  /** A private folder for its files, deleted with it. */
  readonly folder: string;
  /** Spark properties of the whole server. */
  readonly sparkConf: SparkConf;
}

/**
 * How long servers keep an unused Spark session, seconds. anysession has its own timeouts; a shorter one of the server would
 * delete the views and settings of a session that is still ready.
 */
export const SERVER_SESSION_TIMEOUT_S = 8 * 24 * 3600;
