import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { onTestFinished, vi } from 'vitest';

/** One request that a service got. */
export interface Heard {
  readonly method: string;
  readonly path: string;
  readonly body: string;
  /** The access key that signed it. */
  readonly accessKeyId: string | undefined;
  /** When it was signed. */
  readonly date: string | undefined;
}

/** What a service answers; `reset` cuts the connection, `silence` keeps it open. */
export type Said = 'reset' | 'silence' | { readonly status?: number; readonly headers?: object; readonly body: string };

/** A small HTTP server for the services that issue credentials. It answers what it is told and keeps what it hears. */
export async function serveIdentity(answer: (heard: Heard) => Said) {
  const heard: Heard[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      const one = toHeard(request, body);
      heard.push(one);
      say(answer(one), response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  const connections = async (): Promise<number> => promisify(server.getConnections.bind(server))();
  return { heard, connections, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

function toHeard({ method = '', url: path = '', headers }: IncomingMessage, body: string): Heard {
  const accessKeyId = /Credential=([^/]+)/.exec(headers.authorization ?? '')?.[1];
  return { method, path, body, accessKeyId, date: headers['x-amz-date'] as string | undefined };
}

function say(said: Said, response: ServerResponse): void {
  if (said === 'reset') response.socket?.resetAndDestroy();
  else if (said !== 'silence') response.writeHead(said.status ?? 200, { ...said.headers }).end(said.body);
}

/** The answer of STS to AssumeRole and AssumeRoleWithWebIdentity. */
export function assumedRole(action: string, accessKeyId: string): Said {
  const expiration = new Date(Date.now() + 3_600_000).toISOString();
  const keys = `<AccessKeyId>${accessKeyId}</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken>`;
  const credentials = `<Credentials>${keys}<Expiration>${expiration}</Expiration></Credentials>`;
  return {
    headers: { 'content-type': 'text/xml' },
    body: `<${action}Response xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><${action}Result>${credentials}</${action}Result></${action}Response>`,
  };
}

/** An error of STS. */
export function stsError(status: number, code: string, message: string, headers: object = {}): Said {
  const error = `<Type>Sender</Type><Code>${code}</Code><Message>${message}</Message>`;
  const body = `<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error>${error}</Error><RequestId>sts-1</RequestId></ErrorResponse>`;
  return { status, headers: { 'content-type': 'text/xml', ...headers }, body };
}

/** A home folder with AWS files, and an environment without any other credentials, for the running test. */
export async function awsHome(
  files: Readonly<Record<string, string>>,
  variables: Readonly<Record<string, string>> = {},
) {
  const home = await mkdtemp(join(tmpdir(), 'aws-home-'));
  for (const name of Object.keys(process.env).filter((name) => name.startsWith('AWS_'))) vi.stubEnv(name, undefined);
  const environment = {
    HOME: home,
    AWS_CONFIG_FILE: join(home, 'config'),
    AWS_SHARED_CREDENTIALS_FILE: join(home, 'credentials'),
    AWS_EC2_METADATA_DISABLED: 'true',
    ...variables,
  };
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
  const write = (name: string, text: string): Promise<void> => writeFile(join(home, name), text);
  for (const [name, text] of Object.entries(files)) await write(name, text);
  onTestFinished(async () => {
    vi.unstubAllEnvs();
    await rm(home, { recursive: true, force: true });
  });
  return { home, write };
}
