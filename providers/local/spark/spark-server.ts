import { readFileSync } from 'node:fs';
import { totalmem } from 'node:os';
import { join } from 'node:path';
import { SessionError } from '../../../src/contract/session-error.ts';
import { SERVER_SESSION_TIMEOUT_S, type EngineServer, type ServerPlace, type SparkConf } from './engine-server.ts';
import { formatProperties } from './java-properties.ts';

/** An installed distribution of Apache Spark, or the one in the wheel of PySpark. */
export interface SparkHome {
  /** Holds `bin` and `jars`. */
  readonly folder: string;
  /** Such as `4.1.4`. */
  readonly version: string;
}

/** What a Spark server may take of the machine; `undefined` leaves it to us or to Spark. */
export interface SparkLimits {
  /** The heap, such as `2GiB`. */
  readonly memoryLimit: string | undefined;
  readonly threads: number | undefined;
}

const PROPERTIES_FILE = 'spark.conf';
const JAVA_OPTIONS = 'spark.driver.extraJavaOptions';
const TOKEN_PROPERTY = 'spark.connect.authenticate.token';

const MEBIBYTE = 1024 ** 2;
/** Spark's own 1 GB dies on a result of ten million rows. */
const LARGEST_DEFAULT_HEAP_MIB = 4096;

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
  // From 4.0 on a server can ask for a token. @see https://spark.apache.org/docs/4.0.0/configuration.html (read 2026-11-21)
  const takesToken = Number.parseInt(version, 10) >= 4;
  return {
    engine: 'spark',
    label: `Apache Spark ${version}`,
    takesToken,
    startsWithSparkConf: true,
    command: ({ folder }) => [
      join(home, 'bin', 'spark-submit'),
      ...['--class', 'org.apache.spark.sql.connect.service.SparkConnectServer'],
      // By file: properties may be secrets, and every user of the machine can list a command.
      ...['--properties-file', join(folder, PROPERTIES_FILE)],
      'spark-internal',
    ],
    files: (place) => ({ [PROPERTIES_FILE]: userDefaults(home) + formatProperties(properties(place, limits)) }),
    sessionSettings: () => ({}),
    environment: (_place, token) => ({
      SPARK_HOME: home,
      SPARK_LOCAL_IP: '127.0.0.1',
      // An interpreter of another environment must not lend its workers to this server.
      PYSPARK_PYTHON: '',
      ...(takesToken && { SPARK_CONNECT_AUTHENTICATE_TOKEN: token }),
    }),
  };
}

/** Everything that the server is told: ours unless said otherwise, then what was said, then what ties it to this program. */
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
    const message = `\`sparkConf\` sets ${taken}, which ties a local server to this program; leave it out`;
    throw new SessionError('invalid-request', message, { operation: 'start' });
  }
  const ours = `-Djava.io.tmpdir=${folder} -Dderby.system.home=${folder}`;
  return {
    'spark.driver.memory': `${heapMiB(memoryLimit)}m`,
    'spark.local.dir': folder,
    'spark.master': `local[${threads ?? '*'}]`,
    'spark.sql.session.timeZone': 'UTC',
    'spark.sql.warehouse.dir': join(folder, 'warehouse'),
    'spark.ui.enabled': 'false',
    ...sparkConf,
    [JAVA_OPTIONS]: [ours, sparkConf[JAVA_OPTIONS] ?? ''].join(' ').trim(),
    ...fixed,
  };
}

/**
 * What the distribution's owner has set for all programs: Spark does not read it where it is given another file.
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

/** The heap in mebibytes: as told, or half of the machine within reason. */
export function heapMiB(memoryLimit: string | undefined, machineBytes: number = totalmem()): number {
  const [, count, unit = ''] = /^([\d.]+)\s*([KMGT]i?B)$/i.exec(memoryLimit ?? '') ?? [];
  if (count === undefined) return Math.min(LARGEST_DEFAULT_HEAP_MIB, Math.floor(machineBytes / 2 / MEBIBYTE));
  // The JVM takes whole numbers; with less than one there is no heap at all.
  return Math.max(1, Math.floor((Number(count) * (UNIT_BYTES[unit.toUpperCase()] ?? 0)) / MEBIBYTE));
}
