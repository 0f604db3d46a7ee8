import type { InstallableEngine } from '../../../src/provider-kit/installed-engine.ts';

/** A Spark Connect server that is installed on this machine: how it is started. */
export interface EngineServer {
  readonly engine: InstallableEngine;
  /** Its name and version, for people: `Sail 0.7.2`. */
  readonly label: string;
  /** Whether it lets in only those who know a token. */
  readonly takesToken: boolean;
  /** Whether Spark's properties are those of the whole server, and not of each session. */
  readonly startsWithSparkConf: boolean;
  /** The command that starts it; holds no secret, because every user of the machine can list it. */
  command(place: ServerPlace): readonly string[];
  /**
   * What it reads from its folder, by name; may hold secrets.
   * @throws SessionError `invalid-request` for a property that would part it from this program.
   */
  files(place: ServerPlace): Readonly<Record<string, string>>;
  /** What stands in its environment besides our own. */
  environment(place: Pick<ServerPlace, 'folder'>, token: string): Readonly<Record<string, string>>;
  /** The settings that each of its sessions begins with. */
  sessionSettings(place: Pick<ServerPlace, 'folder'>): SparkConf;
}

/** Properties of Spark by name; a value may be a secret. */
export type SparkConf = Readonly<Record<string, string>>;

/** Where a server is to work. */
export interface ServerPlace {
  /** The loopback port to listen on. */
  readonly port: number;
  /** A folder for what it writes besides results, for our own eyes; goes with it. */
  readonly folder: string;
  /** Properties that the whole server is to have. */
  readonly sparkConf: SparkConf;
}

/**
 * How long servers keep a Spark session that nobody uses, seconds. Our own timeouts end the sessions; a shorter one of the server would
 * take views and settings away from a session that still counts as ready.
 */
export const SERVER_SESSION_TIMEOUT_S = 8 * 24 * 3600;
