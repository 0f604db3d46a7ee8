import { header, type WireRequest } from '../wire.ts';

/**
 * The bytes of a body. Clients that compute a checksum while they send wrap it in chunks, each with its size in hexadecimal before it, and
 * put the checksum behind.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming-trailers.html (read 2026-11-21)
 */
export function unchunked(request: WireRequest): Buffer {
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
