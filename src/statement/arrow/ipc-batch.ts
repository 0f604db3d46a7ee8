import type { ColumnBatch, ColumnData } from '../../contract/column-batch.ts';
import { SessionError } from '../../contract/session-error.ts';
import { countBits, fixedByteLength } from '../../provider-kit/column-checks.ts';
import { bytesOf, childOf, isBitSet, offsetsOf } from '../column-buffers.ts';
import { alignUp, flat, type FlatPair } from './flatbuffer-writer.ts';
import { HEADER, ipcMessage } from './ipc-message.ts';

const NO_BYTES = new Uint8Array();

/** What a record batch lists: a length and a count of nulls per column, and all buffers in one row. */
interface BatchParts {
  readonly nodes: FlatPair[];
  readonly buffers: Uint8Array[];
}

/**
 * The message that holds one batch: the engine's own where it sent one.
 * @throws SessionError `invalid-request` for an unsigned integer of 128 bits that a signed decimal cannot hold.
 */
export function batchMessage(batch: ColumnBatch): Uint8Array {
  if (batch.ipcMessage !== undefined) return batch.ipcMessage;
  const { rowCount, columns } = batch;
  const { nodes, buffers }: BatchParts = { nodes: [], buffers: [] };
  for (const column of columns) addColumn(column, { nodes, buffers });
  let end = 0;
  const places = buffers.map(({ byteLength }): FlatPair => {
    const start = end;
    end += alignUp(byteLength, 8);
    return [start, byteLength];
  });
  return ipcMessage(HEADER.recordBatch, [flat.long(rowCount), { pairs: nodes }, { pairs: places }], buffers);
}

/** Adds a column and its children, parents first. */
function addColumn(column: ColumnData, parts: BatchParts): void {
  const { type, length } = column;
  if (type.kind === 'null') {
    parts.nodes.push([length, length]);
    return;
  }
  const validity = column.validity?.subarray(0, Math.ceil(length / 8)) ?? NO_BYTES;
  parts.nodes.push([length, column.validity === undefined ? 0 : length - countBits(validity, length)]);
  parts.buffers.push(validity);
  switch (type.kind) {
    case 'text':
    case 'binary': {
      const offsets = offsetsOf(column);
      const [first = 0] = offsets;
      const used = bytesOf(column).subarray(first, offsets[length]);
      parts.buffers.push(asBytes(first === 0 ? offsets : offsets.map((offset) => offset - first)), used);
      break;
    }
    case 'list':
      parts.buffers.push(asBytes(offsetsOf(column)));
      addColumn(childOf(column, 0), parts);
      break;
    case 'struct':
      type.fields.forEach((_, at) => {
        addColumn(childOf(column, at), parts);
      });
      break;
    case 'map': {
      const children = [childOf(column, 0), childOf(column, 1)];
      // Arrow's map is a list of structs, and that struct is no column of ours.
      parts.buffers.push(asBytes(offsetsOf(column)), NO_BYTES);
      parts.nodes.push([children[0]?.length ?? 0, 0]);
      for (const child of children) addColumn(child, parts);
      break;
    }
    default:
      if (type.kind === 'integer' && type.bits === 128 && !type.signed) assertSignFree(column);
      parts.buffers.push(bytesOf(column).subarray(0, fixedByteLength(type, length)));
  }
}

function asBytes({ buffer, byteOffset, byteLength }: Int32Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

/** The upper half of the unsigned integers would read as negative decimals. */
function assertSignFree(column: ColumnData): void {
  const bytes = bytesOf(column);
  for (let at = 0; at < column.length; at += 1) {
    const isNull = column.validity !== undefined && !isBitSet(column.validity, at);
    if (isNull || (bytes[at * 16 + 15] ?? 0) < 0x80) continue;
    const message =
      `row ${at + 1} of a batch holds an unsigned integer above 2^127 - 1, which no Arrow decimal can hold; ` +
      'cast the column to text, or call rows()';
    throw new SessionError('invalid-request', message, { operation: 'read' });
  }
}
