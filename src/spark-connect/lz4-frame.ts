/** The number at the beginning of an LZ4 frame. @see https://github.com/lz4/lz4/blob/dev/doc/lz4_Frame_format.md (read 2026-11-30) */
const MAGIC = 0x184d2204;
const VERSION = 0b0100_0000;
const STORED = 0x8000_0000;

/**
 * Decompresses one LZ4 frame into `output`, and yields after each block, of at most 4 MB. No library bounds what a damaged
 * frame costs: this one reads and writes nothing outside of its two arrays.
 * @throws RangeError for a frame that is damaged or does not fill the output exactly.
 */
export function* decompressLz4(frame: Uint8Array, output: Uint8Array): Generator<undefined, void, undefined> {
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  const flags = view.getUint8(4);
  if (view.getUint32(0, true) !== MAGIC || (flags & 0b1100_0011) !== VERSION) throw new RangeError('no LZ4 frame');
  const blockLimit = 2 ** (8 + 2 * ((view.getUint8(5) >> 4) & 7));
  const hasBlockChecksums = (flags & 0b1_0000) !== 0;
  const hasSize = (flags & 0b1000) !== 0;
  if (hasSize && view.getBigUint64(6, true) !== BigInt(output.length))
    throw new RangeError('an LZ4 frame of another size');
  let from = hasSize ? 15 : 7;
  let to = 0;
  for (let head = view.getUint32(from, true); head !== 0; head = view.getUint32(from, true)) {
    const isStored = head >= STORED;
    const end = from + 4 + (isStored ? head - STORED : head);
    if (end > frame.length) throw new RangeError('an LZ4 block is cut off');
    const limit = Math.min(output.length, to + blockLimit);
    const block = frame.subarray(from + 4, end);
    to = isStored ? store(block, output, to, limit) : decompressBlock(block, output, to, limit);
    from = end + (hasBlockChecksums ? 4 : 0);
    yield;
  }
  if (to !== output.length) throw new RangeError(`an LZ4 frame of ${to} bytes where ${output.length} are expected`);
}

function store(block: Uint8Array, output: Uint8Array, to: number, limit: number): number {
  if (to + block.length > limit) throw tooLong();
  output.set(block, to);
  return to + block.length;
}

/** @see https://github.com/lz4/lz4/blob/dev/doc/lz4_Block_format.md (read 2026-11-30) */
function decompressBlock(block: Uint8Array, output: Uint8Array, start: number, limit: number): number {
  const end = block.length;
  let from = 0;
  let to = start;
  while (from < end) {
    const token = block[from++] ?? 0;
    let literals = token >> 4;
    for (let more = literals === 15 ? 255 : 0; more === 255; literals += more) more = block[from++] ?? 0;
    if (from + literals > end || to + literals > limit) throw tooLong();
    // Most runs are short, and a loop costs less than a view.
    if (literals > 32) output.set(block.subarray(from, from + literals), to);
    else for (let at = 0; at < literals; at += 1) output[to + at] = block[from + at] ?? 0;
    from += literals;
    to += literals;
    if (from >= end) break;
    const distance = (block[from] ?? 0) | ((block[from + 1] ?? 0) << 8);
    from += 2;
    let length = (token & 15) + 4;
    for (let more = length === 19 ? 255 : 0; more === 255; length += more) more = block[from++] ?? 0;
    if (distance === 0 || distance > to || from > end || to + length > limit) throw tooLong();
    if (distance >= length && length > 32) output.copyWithin(to, to - distance, to - distance + length);
    else for (let at = to; at < to + length; at += 1) output[at] = output[at - distance] ?? 0;
    to += length;
  }
  return to;
}

function tooLong(): RangeError {
  return new RangeError('an LZ4 block leads outside of its frame');
}
