import type { SparkConnection } from '../../contract/spark-connect.ts';
import { HANDLE_VERSION } from '../../contract/session-handle.ts';
import type { AttachTarget } from '../../session/attach-target.ts';
import { print, type CommandContext } from '../terminal.ts';
import { withSessions } from '../with-environment.ts';

/** Writes how PySpark joins the session of an id, or of a handle's JSON: the lines to type, or with `--json` what they are made of. Both hold a secret. */
export async function runConnect(context: CommandContext, id: string): Promise<void> {
  const { terminal, json } = context;
  await withSessions(context, async (sessions) => {
    const { id: provider, scope } = sessions.provider;
    const target: AttachTarget = id.startsWith('{') ? id : { v: HANDLE_VERSION, provider, scope, id };
    const session = await sessions.attach(target, { signal: terminal.signal });
    const connection = await session.connect({ signal: terminal.signal });
    // The secret is what was asked for here.
    const { url } = connection;
    await print(terminal, json ? JSON.stringify({ ...connection, url }) : pythonLines(connection));
  });
}

/** PySpark of the server's minor version fits; from 4.0 on its client comes without the engine. */
function pythonLines({ url, sparkVersion, expiresAtMs }: SparkConnection): string {
  const [major = '4', minor = '0'] = sparkVersion.split('.');
  const client = Number(major) >= 4 ? `pyspark-client==${major}.${minor}.*` : `pyspark[connect]==${major}.${minor}.*`;
  const lines = [
    `# Spark ${sparkVersion}; needs: pip install "${client}"`,
    'from pyspark.sql import SparkSession',
    `spark = SparkSession.builder.remote(${JSON.stringify(url)}).getOrCreate()`,
  ];
  if (Number.isFinite(expiresAtMs)) {
    lines.splice(1, 0, `# A secret, and good for new calls until ${new Date(expiresAtMs).toISOString()}.`);
  }
  return lines.join('\n');
}
