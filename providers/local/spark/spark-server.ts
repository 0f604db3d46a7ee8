import { totalmem } from 'node:os';
import { join } from 'node:path';
import { SERVER_SESSION_TIMEOUT_S, type EngineServer } from './engine-server.ts';

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
    command: ({ port, folder }) => [
      join(home, 'bin', 'spark-submit'),
      ...['--class', 'org.apache.spark.sql.connect.service.SparkConnectServer'],
      ...['--master', `local[${limits.threads ?? '*'}]`],
      ...['--driver-memory', `${heapMiB(limits.memoryLimit)}m`],
      ...Object.entries(settings(port, folder)).flatMap(([key, value]) => ['--conf', `${key}=${value}`]),
      'spark-internal',
    ],
    environment: (token) => ({
      SPARK_HOME: home,
      SPARK_LOCAL_IP: '127.0.0.1',
      // An interpreter of another environment must not lend its workers to this server.
      PYSPARK_PYTHON: '',
      ...(takesToken && { SPARK_CONNECT_AUTHENTICATE_TOKEN: token }),
    }),
  };
}

function settings(port: number, folder: string): Readonly<Record<string, string | number | boolean>> {
  return {
    'spark.connect.grpc.binding.address': '127.0.0.1',
    'spark.connect.grpc.binding.port': port,
    'spark.connect.session.manager.defaultSessionTimeout': `${SERVER_SESSION_TIMEOUT_S}s`,
    'spark.driver.bindAddress': '127.0.0.1',
    'spark.driver.extraJavaOptions': `-Djava.io.tmpdir=${folder} -Dderby.system.home=${folder}`,
    'spark.driver.host': '127.0.0.1',
    'spark.local.dir': folder,
    'spark.sql.session.timeZone': 'UTC',
    'spark.sql.warehouse.dir': join(folder, 'warehouse'),
    'spark.ui.enabled': false,
  };
}

/** The heap in mebibytes: as told, or half of the machine within reason. */
export function heapMiB(memoryLimit: string | undefined, machineBytes: number = totalmem()): number {
  const [, count, unit = ''] = /^([\d.]+)\s*([KMGT]i?B)$/i.exec(memoryLimit ?? '') ?? [];
  if (count === undefined) return Math.min(LARGEST_DEFAULT_HEAP_MIB, Math.floor(machineBytes / 2 / MEBIBYTE));
  // The JVM takes whole numbers; with less than one there is no heap at all.
  return Math.max(1, Math.floor((Number(count) * (UNIT_BYTES[unit.toUpperCase()] ?? 0)) / MEBIBYTE));
}
