/** The part of `lz4js` that is used; it brings no types of its own. Only the emulator compresses. */
declare module 'lz4js' {
  /** Decompresses one LZ4 frame. */
  export function decompress(frame: Uint8Array): Uint8Array;
  /** Compresses into one LZ4 frame. */
  export function compress(bytes: Uint8Array): Uint8Array;
}
