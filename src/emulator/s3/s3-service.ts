import { ServiceError, type CommonErrors, type EmulatedService, type Operation, type RoutedCall } from '../service.ts';
import { structure, text } from '../shapes.ts';
import { header, type WireAnswer, type WireRequest } from '../wire.ts';
import type { World } from '../world.ts';
import type { StoredObject } from './object-store.ts';

const AT = structure({ bucket: text(3, 63), key: text(1, 1024) }, ['bucket', 'key']);

type Place = { readonly bucket: string; readonly key: string };

/** What S3 calls need of the request besides the place of the object. */
interface Asked {
  readonly uploadId: string;
  readonly partNumber: number;
  readonly contentType: string;
  readonly bytes: () => Buffer;
}

type Run = (at: Place, asked: Asked) => WireAnswer;

/** The operation of a method, and of a method with the query parameter `uploadId` or `uploads`. */
const OPERATIONS: Readonly<Record<string, string>> = {
  PUT: 'PutObject',
  'PUT uploadId': 'UploadPart',
  GET: 'GetObject',
  HEAD: 'HeadObject',
  DELETE: 'DeleteObject',
  'DELETE uploadId': 'AbortMultipartUpload',
  'POST uploads': 'CreateMultipartUpload',
  'POST uploadId': 'CompleteMultipartUpload',
};

/**
 * Amazon S3 as far as lists of runs need it: put objects whole or in parts, get, head and delete them. Every bucket exists, by path
 * and by host.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_Operations_Amazon_Simple_Storage_Service.html (read 2026-11-21)
 */
export function createS3(world: World): EmulatedService {
  const runs = runsOf(world);
  return {
    id: 's3',
    signingName: 's3',
    protocol: {
      route: (request) => route(request, runs),
      answer: (output) => output as WireAnswer,
      refuse: (error, requestId) => ({
        status: error.httpStatus,
        headers: { 'content-type': 'application/xml', 'x-amz-request-id': requestId, ...error.headers },
        body: xml('Error', { Code: error.code, Message: error.message, RequestId: requestId }),
      }),
    },
    errors: S3_ERRORS,
    sessions: () => [],
  };
}

const S3_ERRORS: CommonErrors = {
  unreadable: (message) => new ServiceError('InvalidRequest', 400, message),
  invalid: (message) => new ServiceError('InvalidArgument', 400, message),
  throttled: () => new ServiceError('SlowDown', 503, 'Please reduce your request rate.'),
  internal: () => new ServiceError('InternalError', 500, 'We encountered an internal error. Please try again.'),
  badSignature: (code, message) => new ServiceError(code, 403, message),
};

function runsOf({ objects, timeline, random }: World): Readonly<Record<string, Run>> {
  const existing = ({ bucket, key }: Place): StoredObject => {
    const object = objects.get(bucket, key);
    if (object === undefined) throw new ServiceError('NoSuchKey', 404, 'The specified key does not exist.');
    return object;
  };
  const headersOf = ({ eTag, contentType, modifiedAtMs }: StoredObject) => ({
    etag: eTag,
    'content-type': contentType,
    'last-modified': new Date(modifiedAtMs).toUTCString(),
  });
  const orNoUpload = <T>(found: T | undefined): T => {
    if (found !== undefined) return found;
    throw new ServiceError('NoSuchUpload', 404, 'The specified multipart upload does not exist.');
  };
  const noContent = { status: 204, headers: {}, body: '' };
  return {
    PutObject(at, { bytes, contentType }) {
      const { eTag } = objects.put(at, { bytes: bytes(), contentType, modifiedAtMs: timeline.nowMs() });
      return { status: 200, headers: { etag: eTag }, body: '' };
    },
    GetObject(at) {
      const object = existing(at);
      return { status: 200, headers: headersOf(object), body: object.bytes.toString('utf8') };
    },
    HeadObject: (at) => ({ status: 200, headers: headersOf(existing(at)), body: '' }),
    DeleteObject({ bucket, key }) {
      objects.remove(bucket, key);
      return noContent;
    },
    CreateMultipartUpload({ bucket, key }) {
      const uploadId = random.hex(32);
      objects.beginUpload(uploadId);
      return xmlAnswer('InitiateMultipartUploadResult', { Bucket: bucket, Key: key, UploadId: uploadId });
    },
    UploadPart(_at, { uploadId, partNumber, bytes }) {
      const eTag = orNoUpload(objects.putPart(uploadId, partNumber, bytes()));
      return { status: 200, headers: { etag: eTag }, body: '' };
    },
    CompleteMultipartUpload(at, { uploadId, contentType }) {
      const facts = { contentType, modifiedAtMs: timeline.nowMs() };
      const { eTag } = orNoUpload(objects.completeUpload(uploadId, at, facts));
      return xmlAnswer('CompleteMultipartUploadResult', { Bucket: at.bucket, Key: at.key, ETag: eTag });
    },
    AbortMultipartUpload(_at, { uploadId }) {
      orNoUpload(objects.abortUpload(uploadId) || undefined);
      return noContent;
    },
  };
}

function route(request: WireRequest, runs: Readonly<Record<string, Run>>): RoutedCall {
  const { method, query } = request;
  const parameter = ['uploads', 'uploadId'].find((name) => query.has(name));
  const operation = OPERATIONS[`${method} ${parameter ?? ''}`] ?? OPERATIONS[method] ?? '';
  const run = runs[operation];
  if (run === undefined) throw new ServiceError('MethodNotAllowed', 405, `${method} is not allowed here.`);
  const asked: Asked = {
    uploadId: query.get('uploadId') ?? '',
    partNumber: Number(query.get('partNumber') ?? 0),
    contentType: header(request, 'content-type') ?? 'application/octet-stream',
    bytes: () => unchunked(request),
  };
  const definition: Operation = { input: AT, run: (input) => run(input as Place, asked) };
  return { operation, definition, members: () => placeOf(request) };
}

/** The place of the object: the bucket is in the path or a prefix of the host. */
function placeOf(request: WireRequest): Place {
  const [, hosted] = /^(.+)\.(?:localhost|127\.0\.0\.1)(?::\d+)?$/.exec(header(request, 'host') ?? '') ?? [];
  const path = decodeURIComponent(request.path.slice(1));
  if (hosted !== undefined) return { bucket: hosted, key: path };
  const slash = path.indexOf('/');
  return slash < 0 ? { bucket: path, key: '' } : { bucket: path.slice(0, slash), key: path.slice(slash + 1) };
}

function xmlAnswer(root: string, members: Readonly<Record<string, string>>): WireAnswer {
  return { status: 200, headers: { 'content-type': 'application/xml' }, body: xml(root, members) };
}

function xml(root: string, members: Readonly<Record<string, string>>): string {
  const lines = Object.entries(members).map(([name, value]) => `<${name}>${escapeXml(value)}</${name}>`);
  return `<?xml version="1.0" encoding="UTF-8"?>\n<${root}>${lines.join('')}</${root}>`;
}

function escapeXml(value: string): string {
  return value.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;');
}

/**
 * The bytes of a body. Clients that compute a checksum while they send use chunks, each after its size in hexadecimal, and put the
 * checksum at the end.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming-trailers.html (read 2026-11-21)
 */
function unchunked(request: WireRequest): Buffer {
  const { bytes = Buffer.from(request.body) } = request;
  if (header(request, 'content-encoding')?.includes('aws-chunked') !== true) return bytes;
  const chunks: Buffer[] = [];
  for (let at = 0; ;) {
    const lineEnd = bytes.indexOf('\r\n', at);
    const size = Number.parseInt(bytes.subarray(at, lineEnd).toString('latin1'), 16);
    if (lineEnd < 0 || !(size > 0)) return Buffer.concat(chunks);
    const from = lineEnd + 2;
    chunks.push(bytes.subarray(from, from + size));
    at = from + size + 2;
  }
}
