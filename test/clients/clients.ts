/** What the runner hands over to the tests: what runs each client that it has installed, as JSON. */
export const CLIENTS_VARIABLE = 'ANYSESSION_CLIENTS';

/** The clients of others, with what pip or Maven (`.xml`) installs for each: Spark clients, and `mcp` for `anysession mcp`. */
export const CLIENTS: Readonly<Record<string, string>> = {
  'pyspark-3.5': '../engines/requirements-3.5.txt',
  'pyspark-4.0': 'requirements/pyspark-4.0.txt',
  'pyspark-client-4.1': 'requirements/pyspark-client-4.1.txt',
  'pyspark-client-4.2': 'requirements/pyspark-client-4.2.txt',
  'pyspark-client-rust': 'requirements/pyspark-client-rust.txt',
  adbc: 'requirements/adbc.txt',
  dbt: 'requirements/dbt.txt',
  ibis: 'requirements/ibis.txt',
  sqlframe: 'requirements/sqlframe.txt',
  jupyter: 'requirements/jupyter.txt',
  'google-cloud-spark-connect': 'requirements/google-cloud-spark-connect.txt',
  jvm: 'requirements/jvm.xml',
  mcp: 'requirements/mcp.txt',
};

/** Those of every run; `CLIENTS=all` selects all of them. */
export const DEFAULT_CLIENTS: readonly string[] = ['pyspark-3.5', 'pyspark-4.0', 'adbc', 'mcp'];

/** What runs each installed client: its Python, or its class path. */
export function installedClients(): Readonly<Record<string, string>> {
  const text = process.env[CLIENTS_VARIABLE];
  if (text === undefined) throw new Error(`${CLIENTS_VARIABLE} is not set; run: npm run test:clients`);
  return JSON.parse(text) as Record<string, string>;
}
