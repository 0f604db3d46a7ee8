import type { Logger } from './ports.ts';

/** Where a proxy listens for other machines. That needs TLS. */
export interface ProxyListenOptions {
  /** A name or address of this machine, such as `0.0.0.0`. */
  readonly host: string;
  /** A file with the certificate chain, PEM. */
  readonly certFile: string;
  /** A file with its private key, PEM. */
  readonly keyFile: string;
  /** A file with the key that clients send. */
  readonly tokenFile: string;
}

/** Options of a proxy. */
export interface ProxyOptions {
  /** 1 to 65535; a free one by default. */
  readonly port?: number | undefined;
  /** What clients must send, 16 characters or more; random by default. */
  readonly key?: string | undefined;
  /** How long a call waits until its session is ready, milliseconds; ten minutes by default. */
  readonly startTimeoutMs?: number | undefined;
  /** Listens for other machines, with TLS; by default on loopback without TLS. */
  readonly listen?: ProxyListenOptions | undefined;
  /** Lets several clients use one Spark session where the service names it itself, with its views and settings; `false` by default. */
  readonly share?: boolean | undefined;
  /** Gets one line per call at `debug`. */
  readonly logger?: Logger | undefined;
}

/**
 * A Spark Connect server on this machine that passes calls on to a session. `url` and `key` are secrets: both are left out of
 * `JSON.stringify` and `util.inspect`.
 */
export interface SparkConnectProxy extends AsyncDisposable {
  /** What PySpark and others connect to, such as `sc://127.0.0.1:PORT/;x-anysession-key=KEY`. */
  readonly url: string;
  readonly host: string;
  readonly port: number;
  /** Clients send it as the metadata `x-anysession-key`, or as a bearer token. */
  readonly key: string;
  /** Ends all calls and stops listening. */
  close(): Promise<void>;
}
