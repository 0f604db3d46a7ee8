import stringWidth from 'string-width';

const GRAPHEMES = new Intl.Segmenter();

/** How many cells of a terminal a printable text takes. */
export function displayWidth(text: string): number {
  // Most data is plain, and tables may be long.
  return /^[\x20-\x7E]*$/.test(text) ? text.length : stringWidth(text);
}

/** The text, or as much of it as fits before a `…`. */
export function cutTo(text: string, width: number): string {
  if (displayWidth(text) <= width) return text;
  let kept = '';
  let used = 0;
  for (const { segment } of GRAPHEMES.segment(text)) {
    used += displayWidth(segment);
    if (used > width - 1) break;
    kept += segment;
  }
  return `${kept}…`;
}
