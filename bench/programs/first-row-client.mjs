// A client of Spark 3.5 as small as it can be: it finds the server in SPARK_REMOTE, and prints a line at its first row.
const [, port, name, key] = /:(\d+)\/;([\w-]+)=(.*)$/.exec(process.env.SPARK_REMOTE);
process.argv.splice(2, 2, port, key, '3.5', name);
await import('../reference/bare-sql.mjs');
