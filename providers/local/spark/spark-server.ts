import { readFileSync } from 'node:fs';
import { totalmem } from 'node:os';
import { join } from 'node:path';
import { SessionError } from '../../../src/contract/session-error.ts';
import { SERVER_SESSION_TIMEOUT_S, type EngineServer, type ServerPlace, type SparkConf } from './engine-server.ts';

/** An installed distribution of Apache Spark, or the one in the wheel of PySpark. */
export interface SparkHome {
  /** Holds `bin` and `jars`. */
  readonly folder: string;
  /** Such as `4.1.4`. */
  readonly version: string;
}

/** The resource limits of a Spark server; `undefined` for the default. */
export interface SparkLimits {
  /** The heap, such as `2GiB`. */
  readonly memoryLimit: string | undefined;
  readonly threads: number | undefined;
}

const PROPERTIES_FILE = 'spark.conf';
const JAVA_OPTIONS = 'spark.driver.extraJavaOptions';
const TOKEN_PROPERTY = 'spark.connect.authenticate.token';

const MEBIBYTE = 1024 ** 2;
/** Spark's default of 1 GB is too small for a result of ten million rows. */
const MAX_DEFAULT_HEAP_MIB = 4096;

const UNIT_BYTES: Readonly<Record<string, number>> = {
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  TB: 1e12,
  KIB: 1024,
  MIB: MEBIBYTE,
  GIB: 1024 ** 3,
  TIB: 1024 ** 4,
};

/** Apache Spark as a Spark Connect server. @see https://spark.apache.org/docs/latest/spark-connect-overview.html (read 2026-11-21) */
export function sparkServer({ folder: home, version }: SparkHome, limits: SparkLimits): EngineServer {
  // Servers support tokens from 4.0 on. @see https://spark.apache.org/docs/4.0.0/configuration.html (read 2026-11-21)
  const takesToken = Number.parseInt(version, 10) >= 4;
  return {
    engine: 'spark',
    label: `Apache Spark ${version}`,
    takesToken,
    startsWithSparkConf: true,
    command: ({ folder }) => [
      join(home, 'bin', 'spark-submit'),
      ...['--class', 'org.apache.spark.sql.connect.service.SparkConnectServer'],
      // In a file: properties may be secrets, and every user of the machine can list a command.
      ...['--properties-file', join(folder, PROPERTIES_FILE)],
      'spark-internal',
    ],
    files: (place) => ({ [PROPERTIES_FILE]: userDefaults(home) + formatProperties(properties(place, limits)) }),
    sessionSettings: () => ({}),
    environment: (_place, token) => ({
      SPARK_HOME: home,
      SPARK_LOCAL_IP: '127.0.0.1',
      // Workers must not use the interpreter of another environment.
      PYSPARK_PYTHON: '',
      ...(takesToken && { SPARK_CONNECT_AUTHENTICATE_TOKEN: token }),
    }),
  };
}

/** All properties: the defaults, then the user's, then those that this program needs. */
function properties({ port, folder, sparkConf }: ServerPlace, { memoryLimit, threads }: SparkLimits): SparkConf {
  const fixed = {
    'spark.connect.grpc.binding.address': '127.0.0.1',
    'spark.connect.grpc.binding.port': String(port),
    'spark.connect.session.manager.defaultSessionTimeout': `${SERVER_SESSION_TIMEOUT_S}s`,
    'spark.driver.bindAddress': '127.0.0.1',
    'spark.driver.host': '127.0.0.1',
  };
  const [taken] = [...Object.keys(fixed), TOKEN_PROPERTY].filter((key) => sparkConf[key] !== undefined);
  if (taken !== undefined) {
    const message = `\`sparkConf\` sets ${taken}, which anysession sets for a local server. Remove it`;
    throw new SessionError('invalid-request', message, { operation: 'start' });
  }
  const folders = `-Djava.io.tmpdir=${folder} -Dderby.system.home=${folder}`;
  return {
    'spark.driver.memory': `${heapMiB(memoryLimit)}m`,
    'spark.local.dir': folder,
    'spark.master': `local[${threads ?? '*'}]`,
    'spark.sql.session.timeZone': 'UTC',
    'spark.sql.warehouse.dir': join(folder, 'warehouse'),
    'spark.ui.enabled': 'false',
    ...sparkConf,
    [JAVA_OPTIONS]: [folders, sparkConf[JAVA_OPTIONS] ?? ''].join(' ').trim(),
    ...fixed,
  };
}

/**
 * The defaults of the distribution's owner. Spark ignores them when it gets another properties file.
 * @see https://spark.apache.org/docs/latest/configuration.html#dynamically-loading-spark-properties (read 2026-11-21)
 */
function userDefaults(home: string): string {
  const folder = process.env['SPARK_CONF_DIR'] ?? join(home, 'conf');
  try {
    return `${readFileSync(join(folder, 'spark-defaults.conf'), 'utf8')}\n`;
  } catch {
    return '';
  }
}

/** The heap in mebibytes: the limit, or half of the machine, at most {@link MAX_DEFAULT_HEAP_MIB}. */
export function heapMiB(memoryLimit: string | undefined, machineBytes: number = totalmem()): number {
  const [, count, unit = ''] = /^([\d.]+)\s*([KMGT]i?B)$/i.exec(memoryLimit ?? '') ?? [];
  if (count === undefined) return Math.min(MAX_DEFAULT_HEAP_MIB, Math.floor(machineBytes / 2 / MEBIBYTE));
  // The JVM accepts whole numbers from 1 on.
  return Math.max(1, Math.floor((Number(count) * (UNIT_BYTES[unit.toUpperCase()] ?? 0)) / MEBIBYTE));
}

const ESCAPED_LETTERS: Readonly<Record<string, string>> = { '\n': 'n', '\r': 'r', '\t': 't', '\f': 'f' };

/**
 * A Java properties file; special characters are escaped with a backslash.
 * @see https://docs.oracle.com/en/java/javase/17/docs/api/java.base/java/util/Properties.html#load(java.io.Reader) (read 2026-11-21)
 */
function formatProperties(conf: SparkConf): string {
  const escape = (text: string, special: RegExp): string =>
    text.replace(special, (character) => `\\${ESCAPED_LETTERS[character] ?? character}`);
  return Object.entries(conf)
    .map(([key, value]) => `${escape(key, /[\\\s:=#!]/g)}=${escape(value, /[\\\n\r\t\f]|^ /g)}\n`)
    .join('');
}
