import type { MarkdownOptions } from 'vitepress';

type MarkdownIt = Parameters<NonNullable<MarkdownOptions['config']>>[0];

/** Puts tables and indented code into boxes that scroll and that the keyboard reaches, because they do not fit on a phone. */
export function scrollableBlocks(markdown: MarkdownIt): void {
  const { rules } = markdown.renderer;
  rules['table_open'] = () => '<div class="table" role="group" tabindex="0" aria-label="Table">\n<table>\n';
  rules['table_close'] = () => '</table>\n</div>\n';
  rules['code_block'] = (tokens, index, ...rest) => {
    Object.assign(tokens[index] ?? {}, { info: 'text' });
    return rules['fence']?.(tokens, index, ...rest) ?? '';
  };
}
