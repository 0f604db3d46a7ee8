/** Removes the comments that protoc-gen-es repeats from the .proto file next to its output: slim-generated.ts FILE. */
import { readFileSync, writeFileSync } from 'node:fs';

const [file = ''] = process.argv.slice(2);
const withoutComments = readFileSync(file, 'utf8').replaceAll(/^ *\/\*\*\n(?: *\*.*\n)*? *\*\/\n/gm, '');
writeFileSync(file, withoutComments.replaceAll(/(?<=[;{]\n)\n+(?= )/g, '').replaceAll(/\n{3,}/g, '\n\n'));
