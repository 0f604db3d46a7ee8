import type { SparkConnection } from '../../contract/spark-connect.ts';
import type { SessionHandle } from '../../contract/session-handle.ts';
import { SessionError } from '../../contract/session-error.ts';
import { toJsonText } from '../printable.ts';
import { findSession, type SessionFilter } from '../session-address.ts';
import { print, printJson, type CommandContext } from '../terminal.ts';
import { withSessions } from '../with-environment.ts';

/** The options of `anysession connect`. */
interface ConnectOptions extends SessionFilter {
  readonly export?: boolean;
}

/** Writes how PySpark joins a session: lines for a shell, or with `--json` what they are made of. Both hold a secret. */
export async function runConnect(
  context: CommandContext,
  word: string | undefined,
  options: ConnectOptions,
): Promise<void> {
  const { terminal, json } = context;
  await withSessions(context, async (sessions) => {
    const session = await findSession(sessions, { ...options, session: word }, terminal.signal);
    const connection = await session.connect({ signal: terminal.signal });
    // The secret is what was asked for here.
    const { url } = connection;
    if (json) await printJson(terminal, { ...connection, url });
    else if (options.export === true) await print(terminal, exportLine(url));
    else await print(terminal, instructions(connection, session.handle));
  });
}

/** A version such as `3.5.6-amzn-2`. The server's text goes into lines that people paste, so nothing else is accepted. */
const VERSION = /^(\d{1,4})\.(\d{1,4})(?:[.+_-][0-9A-Za-z]{1,40}){0,8}$/;

/** PySpark 3.5 fails with the releases of these that pip would choose. Tested with 3.5.9 on 2026-11-30. */
const PINS_OF_3 = ['pyarrow<20', 'numpy<2', 'pandas<2.3'];

/** PySpark of the server's minor version fits; from 4.0 on its client comes without the engine. */
function packagesFor(major: string, minor: string): readonly string[] {
  if (Number(major) >= 4) return [`pyspark-client==${major}.${minor}.*`];
  return [`pyspark[connect]==${major}.${minor}.*`, ...PINS_OF_3];
}

/** @throws SessionError `unexpected` when the server's version is none. */
function instructions({ url, sparkVersion, expiresAtMs }: SparkConnection, { id }: SessionHandle): string {
  const [, major, minor] = VERSION.exec(sparkVersion) ?? [];
  if (major === undefined || minor === undefined) {
    const message = `The server reports the Spark version ${toJsonText(sparkVersion.slice(0, 100))}, which is not a version. Do not run code that contains it; --json prints the connection without lines to run.`;
    throw new SessionError('unexpected', message, { operation: 'connect' });
  }
  const packages = packagesFor(major, minor).map((name) => `"${name}"`);
  const expires = Number.isFinite(expiresAtMs) ? new Date(expiresAtMs).toISOString() : undefined;
  return [
    `# Spark ${sparkVersion}; needs: pip install ${packages.join(' ')}`,
    '# Recommended, because they renew the token:',
    `#   anysession exec --session ${id} -- python job.py`,
    `#   anysession proxy --session ${id}`,
    ...(expires === undefined
      ? ['# Without them:']
      : [
          `# Without them, until ${expires}. After that calls fail: run this again and restart the client.`,
          '# The next line contains a token: keep it secret.',
        ]),
    exportLine(url).trimEnd(),
    '# In Python: from pyspark.sql import SparkSession; spark = SparkSession.builder.getOrCreate()',
  ]
    .map((line) => `${line}\n`)
    .join('');
}

/** The value has no quote: what is not a letter or a digit is percent-encoded in it. */
function exportLine(url: string): string {
  return `export SPARK_REMOTE='${url.replaceAll("'", '%27')}'\n`;
}
