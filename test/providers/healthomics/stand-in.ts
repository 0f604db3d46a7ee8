import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** One request as it came over the socket. */
export interface WireRequest {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly body: string;
  readonly headers: IncomingMessage['headers'];
}

/** What to answer. */
export interface WireAnswer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** A loopback server that answers what a test says, and keeps what it was sent. */
export class StandIn {
  readonly requests: WireRequest[] = [];
  /** Objects of S3, by `bucket/key`. */
  readonly objects = new Map<string, Buffer>();
  readonly #parts = new Map<string, Map<number, Buffer>>();
  readonly #answer: (request: WireRequest) => WireAnswer;
  #server: Server | undefined;

  /** @param answer - for everything but S3, which is played here. */
  constructor(answer: (request: WireRequest) => WireAnswer) {
    this.#answer = answer;
  }

  async listen(): Promise<string> {
    const server = createServer((incoming, outgoing) => {
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.on('end', () => {
        const url = new URL(incoming.url ?? '/', 'http://here');
        const query = Object.fromEntries(url.searchParams);
        const bytes = Buffer.concat(chunks);
        const [method = '', path] = [incoming.method, url.pathname];
        const isS3 = (incoming.headers.authorization ?? '').includes('/s3/aws4_request');
        const request = { method, path, query, headers: incoming.headers, body: isS3 ? '' : bytes.toString() };
        this.requests.push(request);
        const { status = 200, headers = {}, body } = isS3 ? this.#storage(request, bytes) : this.#answer(request);
        outgoing.writeHead(status, headers);
        outgoing.end(
          typeof body === 'string' || Buffer.isBuffer(body) || body === undefined ? body : JSON.stringify(body),
        );
      });
    });
    this.#server = server;
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.#server?.closeAllConnections();
    await new Promise((resolve) => this.#server?.close(resolve));
  }

  #storage({ method, path, query }: WireRequest, bytes: Buffer): WireAnswer {
    const name = path.slice(1);
    const eTag = (data: Buffer): string => `"${createHash('md5').update(data).digest('hex')}"`;
    if (method === 'POST' && 'uploads' in query) {
      this.#parts.set(name, new Map());
      return { body: `<InitiateMultipartUploadResult><UploadId>u1</UploadId></InitiateMultipartUploadResult>` };
    }
    if (method === 'PUT' && 'partNumber' in query) {
      this.#parts.get(name)?.set(Number(query['partNumber']), bytes);
      return { headers: { etag: eTag(bytes) } };
    }
    if (method === 'POST') {
      const parts = [...(this.#parts.get(name) ?? [])].sort(([a], [b]) => a - b).map(([, part]) => part);
      const whole = Buffer.concat(parts);
      this.objects.set(name, whole);
      return { body: `<CompleteMultipartUploadResult><ETag>${eTag(whole)}</ETag></CompleteMultipartUploadResult>` };
    }
    if (method === 'PUT') {
      this.objects.set(name, bytes);
      return { headers: { etag: eTag(bytes) } };
    }
    if (method === 'DELETE') {
      this.objects.delete(name);
      return { status: 204 };
    }
    const found = this.objects.get(name);
    return found === undefined
      ? { status: 404, body: '<Error><Code>NoSuchKey</Code><Message>no</Message></Error>' }
      : { body: found };
  }
}
