export { plugin } from './plugin.ts';
export type { LocalOptions } from './options.ts';
