// A Spark client of a proxy of Spark 3.5 as small as it can be: it finds the proxy in SPARK_REMOTE, and prints a line at its first row.
const [, port, key] = /:(\d+)\/;x-anysession-key=(.*)$/.exec(process.env.SPARK_REMOTE);
process.argv.splice(2, 2, port, key, '3.5');
await import('../reference/bare-sql.mjs');
