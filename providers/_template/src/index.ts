export { plugin } from './plugin.ts';
export type { TemplateOptions } from './options.ts';
