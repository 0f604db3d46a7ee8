import type { AthenaEngine } from './options.ts';

/** The engine of an engine version's name: one for sessions, one for SQL queries, or an unknown one. */
export type NamedEngine = AthenaEngine | 'sql' | undefined;

/**
 * Reads the name of an engine version by its prefix: a later 3.x release or a patched PySpark engine is the same data plane.
 * @see https://docs.aws.amazon.com/athena/latest/ug/engine-versions.html (read 2026-11-20)
 */
export function toEngine(versionName: string | undefined): NamedEngine {
  if (versionName === undefined) return undefined;
  if (versionName.startsWith('Apache Spark version 3.')) return 'spark-3.5';
  if (versionName.startsWith('PySpark engine version')) return 'pyspark-v3';
  if (versionName.startsWith('Athena engine version')) return 'sql';
  return undefined;
}
