import { readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The servers that the tests run against. */
export type EngineName = 'sail' | 'spark-4.1' | 'spark-3.5';

/** What the runner hands over to the tests: two virtual environments, and the jar that Spark 3.5 needs where it could be had. */
export const HOME_VARIABLES = {
  python: 'ANYSESSION_ENGINES_PYTHON',
  python35: 'ANYSESSION_ENGINES_PYTHON_35',
  jar35: 'ANYSESSION_ENGINES_JAR_35',
} as const;

const AVAILABLE: readonly EngineName[] = [
  'sail',
  'spark-4.1',
  ...(process.env[HOME_VARIABLES.jar35] === undefined ? [] : (['spark-3.5'] as const)),
];

/**
 * The servers to test: all available ones, or those that `ANYSESSION_ENGINES` names, separated by commas.
 * Without its jar Spark 3.5 is not available, and the runner reports that.
 */
export const ENGINES: readonly EngineName[] = AVAILABLE.filter(
  (engine) => process.env['ANYSESSION_ENGINES']?.split(',').includes(engine) ?? true,
);

/** The Python whose PySpark speaks to a server in the server's own version; for Sail it is the newer one. */
export function pythonFor(engine: EngineName): string {
  return homeOf(engine === 'spark-3.5' ? 'python35' : 'python');
}

/** Properties of a Spark server besides those of every test. */
export type ServerConf = Readonly<Record<string, string | number>>;

/** The command that starts a server on a port; `folder` takes what it writes. Sail takes no properties. */
export function serverCommand(
  engine: EngineName,
  port: number,
  folder: string,
  more: ServerConf = {},
): readonly string[] {
  const scripts = dirname(pythonFor(engine));
  if (engine === 'sail') return [join(scripts, 'sail'), 'spark', 'server', '--ip', '127.0.0.1', '--port', String(port)];
  const conf = {
    'spark.connect.grpc.binding.port': port,
    'spark.driver.bindAddress': '127.0.0.1',
    'spark.driver.host': '127.0.0.1',
    'spark.driver.extraJavaOptions': `-Djava.io.tmpdir=${folder} -Dderby.system.home=${folder}`,
    'spark.local.dir': folder,
    'spark.sql.session.timeZone': 'UTC',
    // Compiling each small plan takes longer than running it.
    'spark.sql.codegen.wholeStage': false,
    'spark.sql.codegen.factoryMode': 'NO_CODEGEN',
    // Plans of test data are small; two hundred tasks for each of them are not.
    'spark.sql.shuffle.partitions': 2,
    // Spark 4.1 knows TIME, and hands it out only when told to.
    'spark.sql.timeType.enabled': true,
    'spark.sql.warehouse.dir': join(folder, 'warehouse'),
    'spark.ui.enabled': false,
    ...more,
  };
  return [
    join(sparkHome(engine), 'bin', 'spark-submit'),
    ...['--class', 'org.apache.spark.sql.connect.service.SparkConnectServer', '--master', 'local[2]'],
    // With the default heap of 1 GB Spark dies on large results.
    ...['--driver-memory', '3g'],
    ...Object.entries(conf).flatMap(([key, value]) => ['--conf', `${key}=${value}`]),
    ...(engine === 'spark-3.5' ? ['--jars', homeOf('jar35')] : []),
    'spark-internal',
  ];
}

/** Where the wheel of PySpark has its jars and scripts. */
export function sparkHome(engine: EngineName): string {
  const library = join(dirname(dirname(pythonFor(engine))), 'lib');
  const [python = ''] = readdirSync(library).filter((name) => name.startsWith('python'));
  return join(library, python, 'site-packages', 'pyspark');
}

function homeOf(which: keyof typeof HOME_VARIABLES): string {
  const home = process.env[HOME_VARIABLES[which]];
  if (home === undefined) throw new Error(`${HOME_VARIABLES[which]} is not set; run: npm run test:engines`);
  return home;
}
