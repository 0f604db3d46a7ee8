import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

/** Versions of this jar resolve for a few releases of 3.5 only; it has to be that of the wheel. */
const CONNECT_JAR = { artifact: 'org.apache.spark:spark-connect_2.12:3.5.7', file: 'spark-connect_2.12-3.5.7.jar' };
const JAR_TIMEOUT_MS = 3 * 60_000;

/**
 * The Connect server of Spark 3.5, from Maven or from an earlier run; `undefined`, with a line that says so, when Maven does not bring it.
 * @param python35 - the Python whose environment has Spark 3.5; it takes the jar.
 */
export async function connectJar(python35: string): Promise<string | undefined> {
  const folder = join(dirname(dirname(python35)), 'jars');
  const jar = join(folder, CONNECT_JAR.file);
  if (existsSync(jar)) return jar;
  const words = ['-q', 'dependency:copy', `-Dartifact=${CONNECT_JAR.artifact}`, `-DoutputDirectory=${folder}`];
  try {
    await promisify(execFile)('mvn', words, { timeout: JAR_TIMEOUT_MS });
    return jar;
  } catch (error) {
    const [why] = String(error).split('\n');
    process.stdout.write(`Spark 3.5 NOT RUN, Maven does not bring ${CONNECT_JAR.artifact}: ${why}\n`);
    return undefined;
  }
}
