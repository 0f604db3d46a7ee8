import type { Cloud } from '../emulator/sql-stage.ts';

import type { EngineName } from '../engines/engine-homes.ts';

/** The file that takes the results of a run of all clients. */
export const RESULTS_VARIABLE = 'ANYSESSION_CLIENTS_RESULTS';

/** What is tried with every client, in the order of the columns. */
export const TRIALS = ['job', 'expiry', 'reset', 'kill', 'two at once', 'no key'] as const;
export type Trial = (typeof TRIALS)[number];

/** One row of the table: a client on an emulated cloud. */
export interface MatrixRow {
  /** One of the clients that the runner installs. */
  readonly client: string;
  readonly cloud: Cloud;
  /** The program in `programs/` that uses the client. */
  readonly program: string;
  /**
   * What runs the statements whose streams are cut: the substitute of the emulator, or Spark. Not Sail, which loses rows of a cut
   * stream also without the proxy. All other statements run on Sail.
   */
  readonly engine: 'duckdb' | Exclude<EngineName, 'sail'>;
  /** The Spark that the substitute is, where it is not that of the cloud: clients of Spark 4 send SQL in a field that 3.5 does not know. */
  readonly sparkVersion?: '4.0';
  /** How many rows are read while tokens expire. */
  readonly rows: number;
  /** A client that dials the cloud itself, without the proxy. */
  readonly dialsCloud?: true;
  /** A client that cannot read enough rows for a hundred streams. */
  readonly readsLittle?: true;
  /** Why a trial cannot be made with this client. */
  readonly exempt?: Partial<Readonly<Record<Trial, string>>>;
  /** Also in a run without `CLIENTS`, with fewer rows. */
  readonly isDefault?: true;
}

const PYSPARK = { program: 'pyspark_client.py', engine: 'duckdb', rows: 2_000_000 } as const;

const PYSPARK_4 = { ...PYSPARK, sparkVersion: '4.0' } as const;

export const MATRIX: readonly MatrixRow[] = [
  { ...PYSPARK, client: 'pyspark-3.5', cloud: 'athena', rows: 6_000_000, isDefault: true },
  { ...PYSPARK, client: 'pyspark-3.5', cloud: 'emr-serverless', engine: 'spark-3.5' },
  { ...PYSPARK, client: 'pyspark-3.5', cloud: 'dataproc' },
  { ...PYSPARK, client: 'pyspark-3.5', cloud: 'emr-ec2' },
  { ...PYSPARK, client: 'pyspark-3.5', cloud: 'glue' },
  { ...PYSPARK, client: 'pyspark-4.0', cloud: 'dataproc', isDefault: true },
  { ...PYSPARK_4, client: 'pyspark-4.0', cloud: 'athena' },
  { ...PYSPARK_4, client: 'pyspark-4.0', cloud: 'emr-serverless' },
  { ...PYSPARK, client: 'pyspark-client-4.1', cloud: 'emr-serverless', engine: 'spark-4.1' },
  { ...PYSPARK_4, client: 'pyspark-client-4.2', cloud: 'athena' },
  { ...PYSPARK_4, client: 'pyspark-client-rust', cloud: 'emr-serverless' },
  { ...PYSPARK, client: 'adbc', cloud: 'emr-serverless', program: 'adbc_client.py', isDefault: true },
  {
    ...{ client: 'dbt', cloud: 'emr-serverless', program: 'dbt_client.py', engine: 'spark-4.1' },
    ...{ rows: 100_000, readsLittle: true },
  },
  { ...PYSPARK, client: 'ibis', cloud: 'athena', program: 'ibis_client.py', engine: 'spark-4.1' },
  { ...PYSPARK, client: 'sqlframe', cloud: 'dataproc', program: 'sqlframe_client.py', engine: 'spark-4.1' },
  {
    ...{ ...PYSPARK, client: 'google-cloud-spark-connect', cloud: 'dataproc', program: 'google_client.py' },
    dialsCloud: true,
    exempt: {
      kill: 'It does not use the proxy, and says that the session is not active, without the reason.',
      'no key': 'It does not use the proxy, and has credentials of Google instead of a key.',
    },
  },
  { ...PYSPARK, client: 'jvm', cloud: 'emr-serverless', program: 'JvmClient.java', engine: 'spark-4.1' },
];
