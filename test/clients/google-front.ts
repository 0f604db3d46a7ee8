import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer as createHttp } from 'node:http';
import { connect, type AddressInfo, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { createServer as createTls } from 'node:tls';
import { fileURLToPath } from 'node:url';
import type { TestContext } from 'vitest';
import type { Emulator } from '../../src/emulator/index.ts';
import { temporaryFolder } from '../temporary-folder.ts';

const LOOPBACK = '127.0.0.1';
/** Google's client dials the bridge of a session on this port only, whatever the session says. It takes root to listen on it. */
const BRIDGE_PORT = 443;

const file = (name: string): string => fileURLToPath(new URL(`../proxy/fixtures/hosts-${name}.pem`, import.meta.url));

/** Puts TLS in front of the emulated Dataproc, as Google's client needs it. Returns the environment of the client. */
export async function openGoogleFront(
  { urls }: Emulator,
  { onTestFinished }: Pick<TestContext, 'onTestFinished'>,
): Promise<Readonly<Record<string, string>>> {
  const open = async (server: Server, port = 0): Promise<number> => {
    server.listen(port, LOOPBACK);
    await once(server, 'listening');
    onTestFinished(() => void server.close());
    return (server.address() as AddressInfo).port;
  };
  const pair = { key: readFileSync(file('key')), cert: readFileSync(file('cert')) };
  const front = (url: string | undefined, alpn: string) =>
    createTls({ ...pair, ALPNProtocols: [alpn] }, (socket) => forward(socket, Number(new URL(url ?? '').port)));
  await open(front(urls['dataprocRest'], 'http/1.1'), BRIDGE_PORT);
  const apiPort = await open(front(urls['dataprocGrpc'], 'h2'));
  const tokens = createHttp((request, response) => {
    request.resume();
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ access_token: 'ya29.token', expires_in: 3_600, token_type: 'Bearer' }));
  });
  const account = {
    type: 'service_account',
    project_id: 'my-project',
    private_key_id: 'test',
    private_key: generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({
      type: 'pkcs8',
      format: 'pem',
    }),
    client_email: 'test@my-project.iam.gserviceaccount.com',
    client_id: '1',
    token_uri: `http://${LOOPBACK}:${await open(tokens)}/token`,
  };
  const credentials = join(temporaryFolder(onTestFinished), 'account.json');
  writeFileSync(credentials, JSON.stringify(account));
  return {
    GOOGLE_CLOUD_PROJECT: 'my-project',
    GOOGLE_CLOUD_REGION: 'us-central1',
    GOOGLE_CLOUD_DATAPROC_API_ENDPOINT: `localhost:${apiPort}`,
    GOOGLE_APPLICATION_CREDENTIALS: credentials,
    GRPC_DEFAULT_SSL_ROOTS_FILE_PATH: file('cert'),
    SSL_CERT_FILE: file('cert'),
  };
}

function forward(socket: Socket, port: number): void {
  const target = connect(port, LOOPBACK);
  const end = (): void => {
    socket.destroy();
    target.destroy();
  };
  for (const side of [socket, target]) side.on('error', end).on('close', end);
  socket.pipe(target).pipe(socket);
}
