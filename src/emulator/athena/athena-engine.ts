/** The engines a workgroup can have; the first two run sessions, each on a data plane of its own. */
export type AthenaEngine = 'pyspark-3' | 'spark-3.5' | 'sql';

/** The engines' names on the wire. @see https://docs.aws.amazon.com/athena/latest/ug/engine-versions.html read 2026-11-20 */
export const ENGINE_VERSIONS: Readonly<Record<AthenaEngine, string>> = {
  'pyspark-3': 'PySpark engine version 3',
  'spark-3.5': 'Apache Spark version 3.5',
  sql: 'Athena engine version 3',
};
