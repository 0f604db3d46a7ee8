import type { SparkConnection } from '../../contract/spark-connect.ts';
import { SessionError } from '../../contract/session-error.ts';
import { toJsonText } from '../printable.ts';
import { findSession, type SessionFilter } from '../session-address.ts';
import { print, printJson, type CommandContext } from '../terminal.ts';
import { withSessions } from '../with-environment.ts';

/** Writes how PySpark joins a session: the lines to type, or with `--json` what they are made of. Both hold a secret. */
export async function runConnect(
  context: CommandContext,
  word: string | undefined,
  options: SessionFilter,
): Promise<void> {
  const { terminal, json } = context;
  await withSessions(context, async (sessions) => {
    const session = await findSession(sessions, { ...options, session: word }, terminal.signal);
    const connection = await session.connect({ signal: terminal.signal });
    // The secret is what was asked for here.
    const { url } = connection;
    await (json ? printJson(terminal, { ...connection, url }) : print(terminal, pythonLines(connection)));
  });
}

/** A version such as `3.5.6-amzn-2`. The server's text goes into lines that people paste, so nothing else is accepted. */
const VERSION = /^(\d{1,4})\.(\d{1,4})(?:[.+_-][0-9A-Za-z]{1,40}){0,8}$/;

/**
 * PySpark of the server's minor version fits; from 4.0 on its client comes without the engine.
 * @throws SessionError `unexpected` when the server's version is none.
 */
function pythonLines({ url, sparkVersion, expiresAtMs }: SparkConnection): string {
  const [, major, minor] = VERSION.exec(sparkVersion) ?? [];
  if (major === undefined || minor === undefined) {
    const message = `The server reports the Spark version ${toJsonText(sparkVersion.slice(0, 100))}, which is not a version. Do not run code that contains it; --json prints the connection without Python code.`;
    throw new SessionError('unexpected', message, { operation: 'connect' });
  }
  const client = Number(major) >= 4 ? `pyspark-client==${major}.${minor}.*` : `pyspark[connect]==${major}.${minor}.*`;
  const lines = [
    `# Spark ${sparkVersion}; needs: pip install "${client}"`,
    'from pyspark.sql import SparkSession',
    `spark = SparkSession.builder.remote(${toJsonText(url)}).getOrCreate()`,
  ];
  if (Number.isFinite(expiresAtMs)) {
    lines.splice(1, 0, `# A secret, and good for new calls until ${new Date(expiresAtMs).toISOString()}.`);
  }
  return lines.map((line) => `${line}\n`).join('');
}
