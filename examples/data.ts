import { fileURLToPath } from 'node:url';

/** The path of a file of the `vega-datasets` package, so that every example runs on real data without a download. */
export function dataFile(name: string): string {
  return fileURLToPath(new URL(`../node_modules/vega-datasets/data/${name}`, import.meta.url));
}

/** The config file of the examples; your own programs leave it out and let it be found. */
export const config = fileURLToPath(new URL('./anysession.config.yaml', import.meta.url));
