import type { ApplicationSettings } from './emr-application.ts';
import type { EmrStart } from './emr-session.ts';

/** A configuration as the model has it; the recursion of its shape hides its type. */
interface Configuration {
  readonly classification: string;
  readonly properties?: Readonly<Record<string, string>>;
}

/** The cores of a worker that nobody says anything about. @see https://docs.aws.amazon.com/emr/latest/EMR-Serverless-UserGuide/jobs-spark.html read 2026-11-20 */
const WORKER_CORES = 4;

/**
 * The vCPUs for which the account must have room when a session starts: its driver's and those of its first executors. What the
 * session says of its Spark wins over what its application says.
 */
export function vcpusOf(request: EmrStart, application: ApplicationSettings, executors: number): number {
  const spark = {
    ...sparkDefaults(application.runtimeConfiguration),
    ...sparkDefaults(request.configurationOverrides?.runtimeConfiguration),
  };
  return coresIn(spark['spark.driver.cores']) + executors * coresIn(spark['spark.executor.cores']);
}

function sparkDefaults(configurations: readonly unknown[] = []): Readonly<Record<string, string>> {
  const ours = (configurations as readonly Configuration[]).filter((each) => each.classification === 'spark-defaults');
  return Object.assign({}, ...ours.map(({ properties }) => properties)) as Readonly<Record<string, string>>;
}

/** What is no number of cores is Spark's business: the session counts with the usual ones. */
function coresIn(property: string | undefined): number {
  const cores = Number(property);
  return Number.isInteger(cores) && cores > 0 ? cores : WORKER_CORES;
}
